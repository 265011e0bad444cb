package dev.runregistry.run.query;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of a list: a {@link Run} without its output.
 *
 * @param id its name
 * @param datasetKey the data set, or a label
 * @param modelId the model, or a label
 * @param mode whether anything was started
 * @param status where it is in its life
 * @param exitCode as in {@link Run#exitCode}
 * @param createdAt the order of lists, to the microsecond
 * @param startedAt when it started
 * @param duration from start to completion; null while it runs, and for ever when it was lost
 */
public record RunSummary(
    RunId id,
    DatasetKey datasetKey,
    String modelId,
    RunMode mode,
    RunStatus status,
    @Nullable Integer exitCode,
    Instant createdAt,
    Instant startedAt,
    @Nullable Duration duration) {

  /** The line for this run. */
  public static RunSummary of(Run run) {
    return new RunSummary(
        run.id(),
        run.spec().datasetKey(),
        run.spec().modelId(),
        run.spec().mode(),
        run.status(),
        run.exitCode(),
        run.createdAt(),
        run.startedAt(),
        run.duration().orElse(null));
  }
}
