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
 * An entry of a list: a {@link Run} without its output.
 *
 * @param id its identifier
 * @param datasetKey the data set, or a label
 * @param modelId the model, or a label
 * @param mode the kind of the run
 * @param status its status
 * @param exitCode as in {@link Run#exitCode}
 * @param createdAt the order of lists, to the microsecond
 * @param startedAt the time at which it started
 * @param duration from start to completion; null while it runs, and always for a lost run
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

  /** Returns the summary of this run. */
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
