package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
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

  @Test
  void an_empty_list_says_so_on_stderr() {
    assertThat(session.registry("runs")).isEqualTo(new Result(0, "", "registry: no runs\n"));
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
      assertThat(one.out()).contains(newer.id().toString()).doesNotContain(older.id().toString());
      assertThat(one.err()).isEqualTo("registry: 1 listed, more exist; use --all or -n N\n");
      assertThat(where.registry("runs").err()).isEmpty();
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

    assertThat(session.registry("runs", "show", id, "--json").out())
        .isEqualTo(JsonLine.of(run) + "\n");
    assertThat(session.registry("runs", "show", id.substring(0, 8)).out())
        .startsWith("run         " + id + "\nstatus      completed\n");
    assertThat(session.registry("runs", "show", id.toUpperCase(java.util.Locale.ROOT)).code())
        .isZero();
  }

  @Test
  void a_beginning_that_several_runs_have_lists_them() {
    Run one = recorded(withId("01a203fe-5559-72be-8a56-4da456ce5019"));
    Run other = recorded(withId("01a203fe-5559-72be-8a56-4da456ce5020"));

    assertThat(session.registry("runs", "show", "01a203fe-55"))
        .isEqualTo(
            new Result(
                1,
                "",
                "registry: more than one run begins with 01a203fe-55: %s, %s\n"
                    .formatted(one.id(), other.id())));
  }

  @Test
  void a_beginning_that_many_runs_have_lists_ten_of_them() {
    for (int i = 10; i < 22; i++) {
      recorded(withId("01a203fe-5559-72be-8a56-4da456ce50" + i));
    }

    assertThat(session.registry("runs", "show", "01a2").err()).endsWith(", …\n");
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
    for (String id : List.of("xyz", "", "01a203fe5559", "zza203fe-5559-72be-8a56-4da456ce5019")) {
      Result result = session.registry("runs", "show", id);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).startsWith("registry: not ");
    }
  }

  @Test
  void a_migration_is_done_once() {
    assertThat(session.registry("migrate"))
        .isEqualTo(new Result(0, "Migrated the schema from version 0 to 8\n", ""));
    assertThat(session.registry("migrate"))
        .isEqualTo(new Result(0, "The schema is current: version 8\n", ""));
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
  void a_host_without_the_files_of_a_run_shows_what_is_recorded() {
    String id = recorded(Runs.completed()).id().toString();
    String note =
        "registry: this host has no files of run %s; what follows is what was recorded\n"
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
