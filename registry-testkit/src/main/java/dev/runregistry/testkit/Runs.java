package dev.runregistry.testkit;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sample runs for tests: each call makes one with an id of its own, and hides what the test does
 * not care about. Local unless the name says dry-run.
 */
public final class Runs {
  /** An instant that shows lost precision and every fold into another time zone. */
  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456Z");

  /** The commit of the samples that have one. */
  public static final String COMMIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

  /** The name of what carries out the samples. */
  public static final String EXECUTOR = "process";

  private Runs() {}

  /** A new id, in no order. */
  public static RunId id() {
    return new RunId(UUID.randomUUID());
  }

  /** A dry-run of that data set. */
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

  /** A local run of that data set, with a command and a time limit. */
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

  /** A command of the user's own, of which the registry knows no training. */
  public static RunSpec commandOf(String... words) {
    return new RunSpec(
        DatasetKey.NONE, "none", RunMode.LOCAL, null, null, List.of(words), Duration.ofMillis(1));
  }

  /** The request of that run once more. */
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
        parent);
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

  /** Waits since {@link #NOON}. */
  public static Run pending() {
    return pendingAt(NOON);
  }

  /** Waits since then. */
  public static Run pendingAt(Instant created) {
    return Run.pending(id(), localRunOf("math-v1"), created);
  }

  /** Runs since {@link #NOON}. */
  public static Run running() {
    return runningSince(NOON);
  }

  /** Runs since then. */
  public static Run runningSince(Instant started) {
    return running(localRunOf("math-v1"), started);
  }

  /** Runs since {@link #NOON}, nothing but a check. */
  public static Run dryRunning() {
    return running(dryRunOf("math-v1"), NOON);
  }

  /** Does that since then. */
  public static Run running(RunSpec spec, Instant started) {
    return Run.started(id(), spec, EXECUTOR, started);
  }

  /** Ran well, from {@link #NOON} on, for a bit more than a second. */
  public static Run completed() {
    return ended(running(), exited(0));
  }

  /** Ran well, in a working directory with changes that nobody had committed. */
  public static Run withProvenance() {
    Provenance known = provenance();
    Run running = running().withProvenance(known.withGit(known.gitCommit(), true));
    return ended(running, exited(0));
  }

  /** What is known of a run at its start: a commit, but not yet whether there were changes. */
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

  /** Ended by itself with that code, and printed something. */
  public static RunOutcome exited(int code) {
    return new RunOutcome.Exited(code, output("loss 0.25\n", "warning: slow\n"));
  }

  /** The same run, ended like that a bit more than a second after its start. */
  public static Run ended(Run running, RunOutcome outcome) {
    return running.finish(outcome, running.startedAt().plusNanos(1_234_567_000));
  }

  /** Both streams, whole. */
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
        ended(running(), lost()),
        ended(dryRunning(), lost()),
        ended(dryRunning(), new RunOutcome.DryRunPassed("All 5 records are well formed\n")),
        ended(dryRunning(), new RunOutcome.DryRunRefused("No manifest", "manifest.json: none\n")));
  }

  private static Provenance sparseProvenance() {
    return new Provenance("node7", null, "/", "1.2.3", null, null, Map.of());
  }

  /** Ended by the registry after its limit. */
  public static RunOutcome timedOut() {
    return new RunOutcome.TimedOut(Duration.ofMillis(30_001), output("epoch 1\n", ""), "");
  }

  /** Terminated by the registry at the request of ann, with a process that is left. */
  public static RunOutcome cancelled() {
    return new RunOutcome.Cancelled("ann", output("epoch 1\n", ""), "1 process was left running");
  }

  /** Cancelled at the request of ann before anything was started. */
  public static RunOutcome cancelledBeforeStart() {
    return RunOutcome.Cancelled.beforeStart(new CancelRequest("ann", NOON));
  }

  /** Never came to life. */
  public static RunOutcome notStarted() {
    return new RunOutcome.NotStarted(RunOutcome.NotStarted.Why.NOT_FOUND, "No program tunix");
  }

  /** Its data set was not fit. */
  public static RunOutcome rejected() {
    return new RunOutcome.NotStarted(RunOutcome.NotStarted.Why.REJECTED, "No manifest");
  }

  /** Nobody saw the end. */
  public static RunOutcome lost() {
    return new RunOutcome.Lost("Lost: the host restarted", output("epoch 1\n", ""));
  }
}
