package dev.runregistry.run.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunDifferencesTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private static Run run(RunSpec spec, @Nullable Provenance provenance, RunOutcome outcome) {
    Run running = Run.started(new RunId(UUID.randomUUID()), spec, "process", NOON);
    return (provenance == null ? running : running.withProvenance(provenance))
        .finish(outcome, NOON.plusSeconds(75));
  }

  private static RunSpec command(@Nullable Duration timeLimit, String... words) {
    return new RunSpec(
        new DatasetKey("none"), "none", RunMode.LOCAL, null, null, List.of(words), timeLimit);
  }

  private static RunSpec training() {
    return new RunSpec(
        new DatasetKey("math"),
        "m",
        RunMode.LOCAL,
        "./output",
        TrainingConfig.DEFAULT,
        List.of("train"),
        null);
  }

  private static Provenance provenance(@Nullable Boolean dirty, Map<String, String> variables) {
    return new Provenance("node7", "ann", "/work", "1.2.3", "0".repeat(40), dirty, variables);
  }

  private static Exited exited(int code, String stdout) {
    return new Exited(code, new Output(OutputExcerpt.of(stdout), OutputExcerpt.EMPTY));
  }

  @Test
  void equal_runs_do_not_differ() {
    Run one = run(training(), provenance(true, Map.of("TZ", "UTC")), exited(0, "a\n"));
    Run other = run(training(), provenance(true, Map.of("TZ", "UTC")), exited(0, "b\n"));

    assertThat(RunDifferences.between(one, other)).isEmpty();
  }

  @Test
  void what_was_requested_where_it_started_and_how_it_ended_is_compared() {
    Run one =
        run(
            command(Duration.ofSeconds(90), "x", "a b"),
            provenance(true, Map.of("A", "1", "B", "2")),
            exited(0, "a\nb\n"));
    Run other = run(command(null, "x"), provenance(false, Map.of("B", "3")), exited(2, ""));

    assertThat(RunDifferences.between(one, other))
        .containsExactly(
            new RunDifference("command", "x 'a b'", "x"),
            new RunDifference("time limit", "1m30s", null),
            new RunDifference("changes", "not committed", "none"),
            new RunDifference("variable A", "1", null),
            new RunDifference("variable B", "2", "3"),
            new RunDifference("status", "completed", "failed"),
            new RunDifference("exit code", "0", "2"),
            new RunDifference("message", "Completed with exit code 0", "Failed with exit code 2"),
            new RunDifference("stdout", "2 lines recorded", "empty"));
  }

  @Test
  void a_value_that_one_has_differs_from_none() {
    Run training = run(training(), null, exited(0, ""));
    Run lost =
        run(
            command(null, "x"),
            provenance(null, Map.of()),
            new RunOutcome.Lost("the host restarted", Output.NONE));

    assertThat(RunDifferences.between(training, lost))
        .contains(
            new RunDifference("dataset", "math", "none"),
            new RunDifference("epochs", "3", null),
            new RunDifference("device", "auto", null),
            new RunDifference("host", null, "node7"),
            new RunDifference("status", "completed", "lost"),
            new RunDifference("duration", "1m15s", null))
        .extracting(RunDifference::field)
        .doesNotContain("changes", "mode");
  }
}
