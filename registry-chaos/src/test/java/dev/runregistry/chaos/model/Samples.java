package dev.runregistry.chaos.model;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.testkit.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The runs of the model, by their index. */
final class Samples {
  static final Duration LIMIT = Duration.ofSeconds(30);
  static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("x")).withTimeLimit(LIMIT);
  static final Instant ACCEPTED = Runs.NOON;
  static final Instant LATER = Runs.NOON.plusSeconds(1);
  static final Instant TIME_OF_EXIT = Runs.NOON.plusSeconds(2);
  static final DatabaseIdentity OWN = new DatabaseIdentity("own", Optional.of(new UUID(0, 1)));
  static final DatabaseIdentity COPY = new DatabaseIdentity("copy", Optional.of(new UUID(0, 1)));

  private static final List<RunId> IDS = List.of(Runs.id(), Runs.id());
  private static final Run STARTED =
      Run.started(id(0), REQUEST.toSpec(id(0)), Runs.EXECUTOR, ACCEPTED);

  static {
    Notes.code(STARTED);
  }

  private Samples() {}

  static RunId id(int run) {
    return IDS.get(run);
  }

  static int index(RunId id) {
    return IDS.indexOf(id);
  }

  /** Returns a run of the queue as accepted; the second one comes first. */
  static Run pending(int run) {
    return Run.pending(id(run), REQUEST.toSpec(id(run)), ACCEPTED);
  }

  static Run running(int run, boolean isFromQueue) {
    return isFromQueue ? pending(run).start(Runs.EXECUTOR, LATER) : STARTED;
  }

  static QueueOptions options(int run, int gpus) {
    return new QueueOptions(run, gpus);
  }

  static QueuedRun queued(int run, boolean isRecorded, int gpus) {
    return new QueuedRun(
        pending(run),
        REQUEST.toInvocation(),
        REQUEST.datasetUsed(),
        options(run, gpus),
        isRecorded ? OWN : OWN.withoutUuid(),
        false);
  }
}
