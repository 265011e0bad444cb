package dev.runregistry.testkit;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sample runs for tests: each call returns one with an id of its own and with values that the test
 * does not depend on. Local unless the name says dry-run.
 */
public final class Runs {
  /** An instant that shows lost precision and every fold into another time zone. */
  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456Z");

  /** The commit of the samples that have one. */
  public static final String COMMIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

  /** The name of the executor of the samples. */
  public static final String EXECUTOR = "process";

  private Runs() {}

  /** Returns a new id, in no order. */
  public static RunId id() {
    return new RunId(UUID.randomUUID());
  }

  /** A dry-run of that dataset. */
  public static RunSpec dryRunOf(String datasetKey) {
    return new RunSpec(
        new DatasetKey(datasetKey),
        "google/gemma-2b-it",
        RunMode.DRY_RUN,
        "./output",
        TrainingConfig.DEFAULT,
        List.of(),
        null);
  }

  /** A local run of that dataset, with a command and a time limit. */
  public static RunSpec localRunOf(String datasetKey) {
    return localRunOf(datasetKey, List.of("tunix", "train", "--config", "{config}"));
  }

  /** A local run of that command, with a time limit. */
  public static RunSpec localRunOf(String datasetKey, List<String> command) {
    return new RunSpec(
        new DatasetKey(datasetKey),
        "google/gemma-2b-it",
        RunMode.LOCAL,
        "./output",
        new TrainingConfig(0.000_5, 2, 16, 1024).with(0.1, TrainingDevice.CUDA),
        command,
        Duration.ofMillis(30_001));
  }

  /** Returns a request of a command that is not a training. */
  public static RunSpec commandOf(String... words) {
    return new RunSpec(
        DatasetKey.NONE, "none", RunMode.LOCAL, null, null, List.of(words), Duration.ofMillis(1));
  }

  /** Returns a request that repeats that run. */
  public static RunSpec repeating(RunId parent) {
    RunSpec spec = localRunOf("math-v1");
    return new RunSpec(
        spec.datasetKey(),
        spec.modelId(),
        spec.mode(),
        spec.outputDir(),
        spec.training(),
        spec.command(),
        spec.timeLimit(),
        parent,
        RunDescription.NONE);
  }

  /** Returns a request with a name, tags and a note of two lines. */
  public static RunSpec described() {
    return described(
        new RunDescription(
            "näme of it",
            Map.of("seed", "7", "project/team", "", "host.kind", "\"a\\b\" ä"),
            "first line\n\tsecond \"line\""));
  }

  /** Returns a request with that name, those tags and that note. */
  public static RunSpec described(RunDescription description) {
    RunSpec spec = localRunOf("math-v1");
    return new RunSpec(
        spec.datasetKey(),
        spec.modelId(),
        spec.mode(),
        spec.outputDir(),
        spec.training(),
        spec.command(),
        spec.timeLimit(),
        null,
        description);
  }

  /** A training as it was recorded before version 5 of the tables. */
  public static RunSpec olderTraining() {
    RunSpec spec = localRunOf("math-v1");
    return new RunSpec(
        spec.datasetKey(),
        spec.modelId(),
        spec.mode(),
        spec.outputDir(),
        new TrainingConfig(0.000_5, null, 2, 16, 1024, null),
        spec.command(),
        spec.timeLimit());
  }

  /** The same run as it was recorded before version 5: no reason. */
  public static Run withoutReason(Run run) {
    return new Run(
        run.id(),
        run.spec(),
        run.status(),
        run.executor(),
        run.externalId(),
        run.createdAt(),
        run.startedAt(),
        run.completedAt(),
        run.exitCode(),
        null,
        run.output(),
        run.message(),
        run.provenance());
  }

  /** Returns a run that is pending since {@link #NOON}. */
  public static Run pending() {
    return pendingAt(NOON);
  }

  /** Returns a run that is pending since then. */
  public static Run pendingAt(Instant created) {
    return Run.pending(id(), localRunOf("math-v1"), created);
  }

  /** Returns a run that runs since {@link #NOON}. */
  public static Run running() {
    return runningSince(NOON);
  }

  /** Returns a run that runs since then. */
  public static Run runningSince(Instant started) {
    return running(localRunOf("math-v1"), started);
  }

  /** Returns a dry-run that runs since {@link #NOON}. */
  public static Run dryRunning() {
    return running(dryRunOf("math-v1"), NOON);
  }

  /** Returns a dry-run that runs since then. */
  public static Run running(RunSpec spec, Instant started) {
    return Run.started(id(), spec, EXECUTOR, started);
  }

  /** Returns a run that succeeded, started at {@link #NOON}, in a bit more than a second. */
  public static Run completed() {
    return ended(running(), exited(0));
  }

  /** Returns a run that succeeded, in a working directory with uncommitted changes. */
  public static Run withProvenance() {
    Provenance known = provenance();
    Run running = running().withProvenance(known.withGit(known.gitCommit(), true));
    return ended(running, exited(0));
  }

  /** Returns the provenance at the start of a run: a commit, but not yet whether it has changes. */
  public static Provenance provenance() {
    return new Provenance(
        "node7",
        "ann",
        "/home/ann/päper",
        "1.2.3",
        COMMIT,
        null,
        Map.of("TZ", "Asia/Kolkata", "CUDA_VISIBLE_DEVICES", "", "NOTE", "\"a\\b\" ä"));
  }

  /** Returns the outcome of a command that printed something and exited with that code. */
  public static RunOutcome exited(int code) {
    return new RunOutcome.Exited(code, output("loss 0.25\n", "warning: slow\n"));
  }

  /** Returns the run with that outcome, a bit more than a second after its start. */
  public static Run ended(Run running, RunOutcome outcome) {
    return running.finish(outcome, running.startedAt().plusNanos(1_234_567_000));
  }

  /** Returns the output, with both streams complete. */
  public static Output output(String stdout, String stderr) {
    return new Output(OutputExcerpt.of(stdout), OutputExcerpt.of(stderr));
  }

  /** One run of each kind that can exist, in either mode. */
  public static List<Run> ofEveryKind() {
    return List.of(
        pending(),
        Run.pending(id(), dryRunOf("math-v1"), NOON),
        pending().start(EXECUTOR, NOON.plusSeconds(9)),
        running(),
        dryRunning(),
        completed(),
        running().withProvenance(provenance()),
        withProvenance(),
        ended(running().withProvenance(sparseProvenance()), exited(0)),
        ended(dryRunning().withProvenance(provenance()), lost()),
        ended(running(), exited(1)),
        ended(running(), exited(255)),
        ended(running(), new RunOutcome.Exited(137, Output.NONE, "", true)),
        ended(running(), new RunOutcome.Exited(137, Output.NONE, "", false)),
        running(commandOf("python3", "train.py", "--lr", "1"), NOON),
        ended(running(commandOf("python3", "train.py", "--lr", "1"), NOON), exited(0)),
        ended(running(olderTraining(), NOON), exited(0)),
        withoutReason(ended(running(olderTraining(), NOON), exited(3))),
        withoutReason(ended(running(), lost())),
        running(described(), NOON),
        ended(running(described(), NOON), exited(0)),
        running(repeating(id()), NOON),
        ended(running(repeating(id()), NOON), exited(0)),
        ended(running().withProvenance(provenance()), cancelled()),
        ended(pending(), cancelledBeforeStart()),
        ended(Run.pending(id(), repeating(id()), NOON), cancelledBeforeStart()),
        ended(dryRunning(), cancelledBeforeStart()),
        ended(running(), rejected()),
        ended(running(), timedOut()),
        ended(running(), notStarted()),
        ended(pending(), notStarted()),
        ended(running(), endedByEngine(RunReason.NODE_FAILED)),
        ended(running(), endedByEngine(RunReason.OUT_OF_MEMORY)),
        ended(running(), endedByEngine(RunReason.ENDED_BY_ENGINE)),
        ended(pending(), endedByEngine(RunReason.ENDED_BY_ENGINE)),
        ended(running(), lost()),
        ended(dryRunning(), lost()),
        ended(dryRunning(), new RunOutcome.DryRunPassed("All 5 records are well formed\n")),
        ended(dryRunning(), new RunOutcome.DryRunFailed("No manifest", "manifest.json: none\n")));
  }

  private static Provenance sparseProvenance() {
    return new Provenance("node7", null, "/", "1.2.3", null, null, Map.of());
  }

  /** Returns a run that exceeded its time limit. */
  public static RunOutcome timedOut() {
    return new RunOutcome.TimedOut(Duration.ofMillis(30_001), output("epoch 1\n", ""), "");
  }

  /** Returns a run that ann cancelled, with a process that is still alive. */
  public static RunOutcome cancelled() {
    return new RunOutcome.Cancelled("ann", output("epoch 1\n", ""), "1 process was left running");
  }

  /** Returns a run that ann cancelled before it was started. */
  public static RunOutcome cancelledBeforeStart() {
    return RunOutcome.Cancelled.beforeStart(new CancelRequest("ann", NOON));
  }

  /** Returns a run that was not started. */
  public static RunOutcome notStarted() {
    return new RunOutcome.NotStarted(RunOutcome.NotStarted.Cause.NOT_FOUND, "No program tunix");
  }

  /** Returns a dry-run that failed: its dataset is invalid. */
  public static RunOutcome rejected() {
    return new RunOutcome.NotStarted(RunOutcome.NotStarted.Cause.REJECTED, "No manifest");
  }

  /**
   * Returns a run that an engine ended.
   *
   * @param reason one of those of {@link RunOutcome.EndedByEngine}
   */
  public static RunOutcome endedByEngine(RunReason reason) {
    return new RunOutcome.EndedByEngine(reason, output("epoch 1\n", ""), "Ended by Slurm");
  }

  /** Returns a lost run. */
  public static RunOutcome lost() {
    return new RunOutcome.Lost("Lost: the host restarted", output("epoch 1\n", ""));
  }
}
