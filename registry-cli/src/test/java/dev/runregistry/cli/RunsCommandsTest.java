package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.RunFiles;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One repository class, two databases: what a user sees has to be the same. */
@ParameterizedClass
@EnumSource(Store.class)
class RunsCommandsTest {
  @TempDir Path folder;
  @Parameter Store store;
  private RunDatabase database;
  private Session session;

  @BeforeEach
  void open() throws SQLException {
    DatabaseConfig config = store.empty(folder);
    database = RunDatabase.at(config);
    session = new Session(folder).with("REGISTRY_DB", config.url());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Run recorded(Run run) {
    database.runs().save(run);
    return run;
  }

  private List<String> listed(String... filters) {
    List<String> arguments = new ArrayList<>(List.of("runs", "list", "--json"));
    arguments.addAll(List.of(filters));
    Result result = session.registry(arguments.toArray(new String[0]));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result.out().lines().toList();
  }

  private static String json(Run run) {
    return JsonLine.of(RunSummary.of(run));
  }

  /** What {@code runs show --json} prints where the files of the run are not. */
  private static String shown(Run run) {
    return JsonLine.of(
            run, null, null, new RunFiles(Optional.empty(), Map.of(), OptionalLong.empty()))
        + "\n";
  }

  @Test
  void an_empty_list_says_so_on_stderr() {
    assertThat(session.registry("runs"))
        .isEqualTo(new Result(0, "", "registry: no runs yet; try: registry run -- CMD\n"));
    assertThat(session.registry("runs", "--status", "failed"))
        .isEqualTo(new Result(0, "", "registry: no runs match\n"));
    assertThat(listed()).isEmpty();
  }

  @Test
  void every_filter_works_alone_and_together() {
    Run completed = recorded(Runs.completed());
    Run failed = recorded(Runs.ended(Runs.running(), Runs.exited(1)));
    Run other =
        recorded(Runs.ended(Runs.running(Runs.localRunOf("other"), Runs.NOON), Runs.exited(1)));
    Run dry = recorded(Runs.dryRunning());

    assertThat(listed("--status", "completed")).containsExactly(json(completed));
    assertThat(listed("--status", "failed")).containsExactlyInAnyOrder(json(failed), json(other));
    assertThat(listed("--mode", "dry-run")).containsExactly(json(dry));
    assertThat(listed("--dataset", "other")).containsExactly(json(other));
    assertThat(listed("-d", "math-v1", "--status", "failed", "--mode", "local"))
        .containsExactly(json(failed));
    assertThat(listed("--status", "timeout")).isEmpty();
    assertThat(listed("--status", "Timeout,fail"))
        .containsExactlyInAnyOrder(json(failed), json(other));
    assertThat(listed("-s", "timeout", "-s", "completed")).containsExactly(json(completed));
    assertThat(listed("--running", "-s", "completed"))
        .containsExactlyInAnyOrder(json(completed), json(dry));
    assertThat(listed("--exit", "1,2", "-d", "other", "-d", "none")).containsExactly(json(other));
    assertThat(listed("-m", "google/gemma-2b-it", "--failed")).hasSize(2);
    assertThat(listed("--model", "other")).isEmpty();
    assertThat(listed("--grep", "train --config", "--exit", "0")).containsExactly(json(completed));
    assertThat(listed("--reason", "exited", "--executor", Runs.EXECUTOR)).hasSize(3);
  }

  @Test
  void runs_are_listed_by_name_and_tags() {
    Run seven = recorded(described("nightly", Map.of("seed", "7", "team", "a")));
    Run eight = recorded(described("nightly", Map.of("seed", "8", "team", "b")));
    Run other = recorded(described("other", Map.of("seed", "8")));
    recorded(Runs.completed());

    assertThat(listed("--name", "nightly")).containsExactlyInAnyOrder(json(seven), json(eight));
    assertThat(listed("--name", "night")).isEmpty();
    assertThat(listed("--tag", "seed")).hasSize(3);
    assertThat(listed("--tag", "seed=7")).containsExactly(json(seven));
    assertThat(listed("--tag", "seed=7", "--tag", "seed=8", "--tag", "team"))
        .containsExactlyInAnyOrder(json(seven), json(eight));
    assertThat(listed("--tag", "seed=8", "--name", "other")).containsExactly(json(other));
    assertThat(listed("--grep", "ther")).containsExactly(json(other));
    assertThat(session.registry("runs", "--tag", "seed=7", "-o", "csv", "--no-header").out())
        .endsWith(",nightly,seed=7 team=a\n");
  }

  private static Run described(String name, Map<String, String> tags) {
    return Runs.running(Runs.described(new RunDescription(name, tags, null)), Runs.NOON);
  }

  @Test
  void a_day_is_that_of_the_user_and_included_to_its_end() {
    ZoneId zone = LocalZone.get();
    Instant midnight = LocalDate.of(2026, 11, 24).atStartOfDay(zone).toInstant();
    Run before = recorded(Runs.runningSince(midnight.minusSeconds(1)));
    Run first = recorded(Runs.runningSince(midnight));
    Run last = recorded(Runs.runningSince(midnight.plusSeconds(86_399)));
    recorded(Runs.runningSince(midnight.plusSeconds(86_400)));

    assertThat(listed("--since", "2026-11-24", "--until", "2026-11-24"))
        .containsExactly(json(last), json(first));
    assertThat(listed("--until", "2026-11-23")).containsExactly(json(before));
    assertThat(listed("--since", "2026-11-24T00:00", "--before", "2026-11-24 00:00"))
        .containsExactly(json(first));
    assertThat(listed("--after", "1d", "--until", "now")).isEmpty();
  }

  @Test
  void the_order_is_by_creation_start_or_duration() {
    Run running = recorded(Runs.runningSince(Runs.NOON.plusSeconds(9)));
    Run shorter = recorded(ended(Runs.NOON.plusSeconds(1), 1));
    Run longer = recorded(ended(Runs.NOON, 60));

    assertThat(listed()).containsExactly(json(running), json(shorter), json(longer));
    assertThat(listed("--reverse")).containsExactly(json(longer), json(shorter), json(running));
    assertThat(listed("--sort", "duration"))
        .containsExactly(json(longer), json(shorter), json(running));
    assertThat(listed("--sort", "duration", "-r"))
        .containsExactly(json(shorter), json(longer), json(running));
    assertThat(listed("--sort", "started")).startsWith(json(running)).hasSize(3);
  }

  private static Run ended(Instant started, long seconds) {
    return Runs.runningSince(started).finish(Runs.exited(0), started.plusSeconds(seconds));
  }

  @Test
  void a_list_is_printed_in_the_format_of_other_programs() {
    Run run =
        recorded(Runs.running(Runs.localRunOf("a,b", List.of("sh", "-c", "x\ty")), Runs.NOON));
    String titles =
        "run_id,status,exit_code,duration_seconds,started_at,dataset_key,model_id,mode,";

    assertThat(session.registry("runs", "-q").out()).isEqualTo(run.id() + "\n");
    assertThat(session.registry("runs", "--format", "csv").out().lines())
        .containsExactly(
            titles + "executor,host,reason,message,command,name,tags",
            run.id()
                + ",running,,,2026-11-22T12:00:00.123456Z,\"a,b\",google/gemma-2b-it,local,process,,,"
                + run.message()
                + ",sh -c 'x\uFFFDy',,");
    assertThat(session.registry("runs", "-o", "TSV", "--no-header").out().lines())
        .singleElement()
        .asString()
        .startsWith(run.id() + "\trunning\t\t\t2026-11-22T12:00:00.123456Z\ta,b\t");
    assertThat(session.registry("runs", "--no-trunc").out()).contains(run.id().toString(), "HOST");
    assertThat(session.registry("runs", "-o", "wide").out()).contains(run.id().toString());
    assertThat(session.registry("runs", "-o", "xml").err())
        .contains("no format \"xml\"; allowed are table, wide, json, csv, tsv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--since nonsense    | --since: not a time: 'nonsense'; write a date (2026-11-24)",
        "--exit 256          | --exit must be 0 to 255: 256",
        "--tag =x            | the key of a tag must have 1 to 64 characters",
        "--sort name         | no order \"name\"; allowed are created, started, duration",
        "--reason gone       | no reason \"gone\"; allowed are exited,",
        "--since 1d --until 2d | --until 2d is before --since 1d",
        "-o csv --no-trunc   | --format, --json and --no-trunc contradict each other"
      })
  void a_value_that_is_none_is_named(String options, String message) {
    List<String> words = new ArrayList<>(List.of("runs"));
    words.addAll(List.of(options.split(" ")));

    Result result = session.registry(words.toArray(new String[0]));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("registry: " + message);
  }

  @Test
  void a_limit_above_a_page_of_the_database_goes_on_with_the_next() {
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 130; i++) {
      newestFirst.add(0, json(recorded(Runs.runningSince(Runs.NOON.plusSeconds(i)))));
    }

    assertThat(listed("-n", "0")).isEqualTo(newestFirst);
    assertThat(listed("--all")).isEqualTo(newestFirst);
    assertThat(listed("-n", "1000")).isEqualTo(newestFirst);
    assertThat(listed("-n", "130")).isEqualTo(newestFirst);
    Result cut = session.registry("runs", "list", "--json", "-n", "115");
    assertThat(cut.out().lines()).isEqualTo(newestFirst.subList(0, 115));
    assertThat(cut.err()).isEqualTo("registry: 115 listed, more exist; use --all or -n N\n");
    assertThat(session.registry("runs", "--json", "-3").out().lines())
        .isEqualTo(newestFirst.subList(0, 3));
  }

  @Test
  void a_list_as_json_was_cut_at_20_without_a_word() throws SQLException {
    for (int i = 0; i < 109; i++) {
      recorded(Runs.runningSince(Runs.NOON.plusSeconds(i)));
    }

    assertThat(listed()).hasSize(109);
    assertThat(session.registry("runs", "--json").out().lines()).hasSize(109);
    for (Result table : List.of(session.registry("runs"), session.registry("runs", "list"))) {
      assertThat(table.out().lines()).hasSize(1 + 20);
      assertThat(table.err()).isEqualTo("registry: 20 listed, more exist; use --all or -n N\n");
    }
    assertThat(session.registry("runs", "--all").out().lines()).hasSize(1 + 109);
    assertThat(session.registry("runs", "--all").err()).isEmpty();
  }

  @Test
  void a_table_tells_that_there_are_more_whether_on_a_terminal_or_not() {
    Run older = recorded(Runs.runningSince(Runs.NOON));
    Run newer = recorded(Runs.runningSince(Runs.NOON.plusSeconds(1)));

    for (Session where : List.of(session, session.onTerminal(100))) {
      Result one = where.registry("runs", "list", "--limit", "1");
      assertThat(one.out().lines().skip(1)).singleElement().asString().contains("running");
      String id = one.out().lines().toList().get(1).split(" ")[0];
      assertThat(newer.id().toString()).startsWith(id);
      assertThat(older.id().toString()).doesNotStartWith(id);
      assertThat(one.err()).isEqualTo("registry: 1 listed, more exist; use --all or -n N\n");
      assertThat(where.registry("runs").err()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"always,true", "never,false", "auto,false", "AUTO,false"})
  void a_list_has_the_colours_that_are_asked_for(String when, boolean coloured) {
    recorded(Runs.completed());

    Result result = session.registry("runs", "--color=" + when);

    if (when.equals("AUTO")) {
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("no --color \"AUTO\"; allowed are auto, always, never");
    } else {
      assertThat(result.out().contains("\u001b[")).isEqualTo(coloured);
    }
  }

  @Test
  void a_status_may_be_typed_as_people_do() {
    Run failed = recorded(Runs.ended(Runs.running(), Runs.exited(1)));
    recorded(Runs.completed());

    for (String status : List.of("--status=failed", "-sfailed", "-sFAILED", "-sfail", "--failed")) {
      assertThat(listed(status)).as(status).containsExactly(json(failed));
    }
    Run cancelled = recorded(Runs.ended(Runs.pending(), Runs.cancelledBeforeStart()));
    for (String status : List.of("cancelled", "CANCELLED", "canceled", "cancel", "ca")) {
      assertThat(listed("--status", status)).as(status).containsExactly(json(cancelled));
    }
    assertThat(session.registry("runs", "--status", "c").err())
        .contains(
            "no status \"c\"; allowed are pending, running, completed, failed, timeout, cancelled");
    assertThat(session.registry("runs", "--status", "stopped").err())
        .contains("did you mean cancelled?");
    assertThat(session.registry("ps", "--json").out()).isEmpty();
    assertThat(session.registry("list", "--json", "--failed").out()).isEqualTo(json(failed) + "\n");
  }

  @Test
  void a_run_is_shown_by_its_id_or_the_beginning_of_it() {
    Run run = recorded(Runs.completed());
    String id = run.id().toString();

    assertThat(session.registry("runs", "show", id, "--json").out()).isEqualTo(shown(run));
    assertThat(session.registry("runs", "show", id.substring(0, 8)).out())
        .startsWith("run         " + id + "\nstatus      completed\n");
    assertThat(session.registry("runs", "show", id.toUpperCase(java.util.Locale.ROOT)).code())
        .isZero();
  }

  @Test
  void an_ambiguous_id_lists_the_runs_that_it_could_be_newest_first() {
    for (int i = 10; i < 22; i++) {
      recorded(withId("01a203fe-5559-72be-8a56-4da456ce50" + i));
    }

    Result result = session.registry("runs", "show", "01a203fe-55");

    assertThat(result.code()).isEqualTo(1);
    List<String> lines = result.err().lines().toList();
    assertThat(lines).hasSize(12);
    assertThat(lines.get(0)).isEqualTo("registry: run 01a203fe-55 is ambiguous; it could be:");
    assertThat(lines.get(1))
        .startsWith("  01a203fe-5559-72be-8a56-4da456ce5021  running      2026-11-22 ")
        .endsWith("tunix train --config '{config}'".replace("'", ""));
    assertThat(lines.get(11)).isEqualTo("  and 2 more");
  }

  @Test
  void a_run_is_found_by_a_name_that_no_other_has() {
    Run once = recorded(described("baseline", Map.of()));
    recorded(described("nightly", Map.of()));
    Run second = recorded(described("nightly", Map.of()));
    Run hexadecimal = recorded(described("deadbeef", Map.of()));

    assertThat(session.registry("show", "baseline", "--json").out()).isEqualTo(shown(once));
    Result ambiguous = session.registry("show", "nightly");
    assertThat(ambiguous.code()).isEqualTo(1);
    assertThat(ambiguous.err())
        .startsWith("registry: run nightly is ambiguous; it could be:\n")
        .contains(second.id().toString());
    assertThat(session.registry("show", "deadbeef", "--json").out()).isEqualTo(shown(hexadecimal));
    assertThat(session.registry("show", "deadbeefcafe").err())
        .isEqualTo("registry: no run deadbeefcafe\n");
    assertThat(session.registry("show", "baselin").err())
        .startsWith("registry: not a run ID: \"baselin\" (expected a UUID");
  }

  @Test
  void a_run_is_found_by_any_part_of_its_id_that_no_other_has() {
    Run run = recorded(withId("01a203fe-5559-72be-8a56-4da456ce5019"));
    recorded(withId("01a203fe-5559-72be-8a56-4da456ce5020"));

    for (String part :
        List.of(
            "56ce5019",
            "56CE5019",
            "4da456ce5019",
            "8a56-4da456ce5019",
            "8a564da456ce5019",
            "01a203fe555972be8a564da456ce5019",
            "5019")) {
      assertThat(session.registry("runs", "show", part, "--json").out())
          .as(part)
          .isEqualTo(shown(run));
    }
    assertThat(session.registry("runs", "show", "019").err()).isEqualTo("registry: no run 019\n");
  }

  @Test
  void a_run_is_found_by_its_place_among_the_newest() {
    Run failed = recorded(Runs.ended(Runs.runningSince(Runs.NOON), Runs.exited(1)));
    Run older = recorded(Runs.runningSince(Runs.NOON.plusSeconds(1)));
    Run newest = recorded(Runs.runningSince(Runs.NOON.plusSeconds(2)));

    for (String word : List.of("@latest", "latest", "last", "-", "@1", "@running", "-1")) {
      assertThat(session.registry("show", word, "--json").out()).as(word).isEqualTo(shown(newest));
    }
    assertThat(session.registry("show", "@2", "--json").out()).isEqualTo(shown(older));
    assertThat(session.registry("show", "@FAILED", "--json").out()).isEqualTo(shown(failed));
    assertThat(session.registry("show", "@4"))
        .isEqualTo(new Result(1, "", "registry: no run @4\n"));
    assertThat(session.registry("show", "@timeout").err()).isEqualTo("registry: no run @timeout\n");
    assertThat(session.registry("show", "@gone").code()).isEqualTo(2);
  }

  @Test
  void an_id_of_a_list_finds_its_run() {
    for (int i = 0; i < 30; i++) {
      recorded(Runs.runningSince(Runs.NOON.plusSeconds(i)));
    }

    List<String> ids =
        session
            .registry("runs", "--all", "--no-header")
            .out()
            .lines()
            .map(line -> line.split(" ")[0])
            .toList();

    assertThat(ids).hasSize(30).doesNotHaveDuplicates();
    assertThat(ids)
        .allSatisfy(id -> assertThat(session.registry("runs", "show", id).code()).isZero());
  }

  private static Run withId(String id) {
    return Run.started(RunId.parse(id), Runs.localRunOf("math-v1"), Runs.EXECUTOR, Runs.NOON);
  }

  @Test
  void an_unknown_run_is_not_found() {
    String unknown = "01a203fe-5559-72be-8a56-4da456ce5019";

    for (String command : List.of("show", "logs")) {
      assertThat(session.registry("runs", command, unknown))
          .isEqualTo(new Result(1, "", "registry: no run " + unknown + "\n"));
      assertThat(session.registry("runs", command, "01a2"))
          .isEqualTo(new Result(1, "", "registry: no run 01a2\n"));
    }
  }

  @Test
  void what_no_id_begins_with_is_misuse() {
    for (String id : List.of("xyz", "", "@@", "zza203fe-5559-72be-8a56-4da456ce5019")) {
      Result result = session.registry("runs", "show", id);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).startsWith("registry: not ");
    }
  }

  @Test
  void a_migration_is_done_once() {
    assertThat(session.registry("migrate"))
        .isEqualTo(new Result(0, "Migrated the schema from version 0 to 10\n", ""));
    assertThat(session.registry("migrate"))
        .isEqualTo(new Result(0, "The schema is current: version 10\n", ""));
  }

  @Test
  void a_run_of_a_command_is_recorded_there() {
    Result result =
        session.registry("run", "-d", "arith", "-m", "tiny", "--", "sh", "-c", "exit 3");

    assertThat(result).isEqualTo(new Result(3, "", ""));
    assertThat(listed("-d", "arith", "--status", "failed", "--mode", "local"))
        .singleElement()
        .asString()
        .contains("\"model_id\":\"tiny\"");
  }

  @Test
  void the_last_lines_of_a_run_are_those_of_both_streams_in_their_order() {
    session.registry("run", "--", "sh", "-c", "echo 1; echo 2; echo e >&2; printf 3");

    assertThat(session.registry("runs", "logs", "-n", "2", "@latest"))
        .isEqualTo(new Result(0, "3", "e\n"));
    assertThat(session.registry("runs", "logs", "-n", "2", "--stdout", "@latest"))
        .isEqualTo(new Result(0, "2\n3", ""));
    assertThat(session.registry("runs", "logs", "-n", "0", "@latest"))
        .isEqualTo(new Result(0, "", ""));
    assertThat(session.registry("runs", "logs", "-n", "9", "@latest"))
        .isEqualTo(new Result(0, "1\n2\n3", "e\n"));
  }

  @Test
  void a_host_without_the_files_of_a_run_shows_what_is_recorded() {
    String id = recorded(Runs.completed()).id().toString();
    String note =
        "registry: this host has no log files of run %s; showing the recorded excerpt\n"
            .formatted(id);

    assertThat(session.registry("runs", "logs", id))
        .isEqualTo(new Result(0, "loss 0.25\n", note + "warning: slow\n"));
    assertThat(session.registry("runs", "logs", "--stdout", id))
        .isEqualTo(new Result(0, "loss 0.25\n", note));
    assertThat(session.registry("runs", "logs", "--stderr", "--follow", id))
        .isEqualTo(new Result(0, "warning: slow\n", note));
    assertThat(session.registry("runs", "logs", "-n", "1", id))
        .isEqualTo(new Result(0, "", note + "warning: slow\n"));
    String running = recorded(Runs.running()).id().toString();
    assertThat(session.registry("runs", "logs", running).err()).contains("which is still running");
  }
}
