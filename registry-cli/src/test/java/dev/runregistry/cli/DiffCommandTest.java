package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
  @TempDir private Path folder;
  private RunDatabase database;
  private Session session;

  @BeforeEach
  void open() throws SQLException {
    DatabaseConfig config = Store.SQLITE.empty(folder);
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

  private static Run command(int exitCode, String... words) {
    Run running = Runs.running(Runs.commandOf(words), Runs.NOON).withProvenance(Runs.provenance());
    return Runs.ended(running, Runs.exited(exitCode));
  }

  @Test
  void two_runs_are_compared_by_what_differs_and_nothing_else() {
    Run one = recorded(command(0, "train.py", "--lr", "1e-3"));
    Run other = recorded(command(3, "train.py", "--lr", "1e-4"));

    Result result = session.registry("diff", one.id().toString(), other.id().toString());

    assertThat(result)
        .isEqualTo(
            new Result(
                0,
                """
                run        < %s
                           > %s
                command    < train.py --lr 1e-3
                           > train.py --lr 1e-4
                status     < completed
                           > failed
                exit code  < 0
                           > 3
                message    < Completed with exit code 0
                           > Failed with exit code 3
                """
                    .formatted(one.id(), other.id()),
                ""));
  }

  @Test
  void commit_variables_and_parameters_are_compared() {
    Run one = recorded(Runs.withProvenance());
    Run other =
        recorded(
            Runs.ended(
                Runs.running().withProvenance(Runs.provenance().withVariables(Map.of("TZ", "UTC"))),
                Runs.exited(0)));

    assertThat(session.registry("compare", one.id().toString(), other.id().toString()).out())
        .contains("variable TZ  < Asia/Kolkata\n")
        .contains("> UTC\n")
        .doesNotContain("command", "host");
    Run training = recorded(Runs.completed());
    Run plain = recorded(command(0, "x"));
    assertThat(session.registry("diff", training.id().toString(), plain.id().toString()).out())
        .containsPattern("batch size +< 16\n +> -\n")
        .containsPattern("commit +< -\n +> [0-9a-f]{40}\n");
  }

  @Test
  void names_tags_notes_and_parents_are_compared() {
    Run one = recorded(Runs.running(Runs.described(), Runs.NOON));
    Run other =
        recorded(
            Runs.running(
                Runs.described(new RunDescription("b", Map.of("seed", "8"), null)), Runs.NOON));
    Run repeating = recorded(Runs.running(Runs.repeating(one.id()), Runs.NOON));

    assertThat(session.registry("diff", one.id().toString(), other.id().toString()).out())
        .containsPattern("name +< näme of it\n +> b\n")
        .containsPattern("tag host.kind +< .*\n +> -\n")
        .containsPattern("tag seed +< 7\n +> 8\n")
        .containsPattern("note +< first line.*\n +> -\n")
        .doesNotContain("parent");
    assertThat(session.registry("diff", other.id().toString(), repeating.id().toString()).out())
        .containsPattern("parent +< -\n +> " + one.id() + "\n");
  }

  @Test
  void equal_runs_have_no_differences() {
    Run one = recorded(Runs.completed());
    Run other = recorded(Runs.completed());

    Result result = session.registry("diff", one.id().toString(), other.id().toString());

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEqualTo("registry: no differences\n");
  }

  @Test
  void the_last_metrics_of_both_stand_side_by_side() throws IOException {
    String one = trained("a", "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.25}\n{\"lo");
    String other = trained("b", "no JSON\n{\"loss\":0.125,\"note\":{\"x\":1},\"lr\":1e-3}\n");

    Result text = session.registry("diff", one, other);
    Result json = session.registry("diff", one, other, "--json");

    assertThat(text.out().lines())
        .contains(
            "metric loss  < 0.25  > 0.125", "metric lr  < -  > 1e-3", "metric step  < 2  > -");
    assertThat(json.out())
        .startsWith("{\"run_a\":\"%s\",\"run_b\":\"%s\",\"differences\":[".formatted(one, other))
        .contains("{\"field\":\"loss\",\"a\":\"0.25\",\"b\":\"0.125\"}")
        .contains("{\"field\":\"step\",\"a\":\"2\",\"b\":null}");
  }

  /** A training of this host, whose trainer is the shell. */
  private String trained(String name, String metrics) throws IOException {
    Path output = folder.resolve("output " + name);
    Files.createDirectories(output);
    Files.writeString(output.resolve("metrics.jsonl"), metrics);
    Path datasets = SampleDatasets.in(folder.resolve("datasets " + name));
    List<String> words =
        List.of(
            "run",
            "--local",
            "-d",
            "arith",
            "-m",
            "m",
            "--output-dir",
            output.toString(),
            "--datasets",
            datasets.toString(),
            "--json");
    Result run = session.with("REGISTRY_COMMAND", "true").registry(words.toArray(new String[0]));
    assertThat(run.err()).isEmpty();
    return run.out().replaceFirst("(?s).*\"run_id\":\"([^\"]+)\".*", "$1");
  }

  @Test
  void an_unknown_run_is_not_found() {
    Run run = recorded(Runs.completed());

    assertThat(session.registry("diff", run.id().toString(), "@2"))
        .isEqualTo(new Result(1, "", "registry: no run @2\n"));
    assertThat(session.registry("diff", "@1").code()).isEqualTo(2);
  }
}
