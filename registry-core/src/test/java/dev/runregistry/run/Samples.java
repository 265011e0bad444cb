package dev.runregistry.run;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values for tests in which they do not matter. */
public final class Samples {
  /** Carries microseconds, so that lost precision shows. */
  public static final Instant NOON = Instant.parse("2026-11-01T12:00:00.123456Z");

  public static final RunId ID = new RunId(UUID.fromString("019a1b2c-3d4e-7f00-8000-0123456789ab"));

  private Samples() {}

  public static RunRequest local() {
    return RunRequest.command(new DatasetKey("arithmetic"), "google/gemma-2b-it", List.of("true"));
  }

  public static RunRequest dryRun() {
    return RunRequest.dryRun(new DatasetKey("arithmetic"), "google/gemma-2b-it");
  }

  public static Run pendingLocal() {
    return Run.pending(ID, local().toSpec(ID), NOON);
  }

  public static Run runningLocal() {
    return pendingLocal().start("process", NOON);
  }

  public static Run runningDryRun() {
    return Run.started(ID, dryRun().toSpec(ID), "process", NOON);
  }

  /** Returns the run with another reason; null for one of an earlier version. */
  public static Run withReason(Run run, @Nullable RunReason reason) {
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
        reason,
        run.output(),
        run.message(),
        run.provenance());
  }

  public static Output printed(String stdout) {
    return new Output(OutputExcerpt.of(stdout), OutputExcerpt.EMPTY);
  }
}
