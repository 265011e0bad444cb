package dev.runregistry.run.query;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a list: a {@link Run} without its output, its parameters and most of its provenance.
 *
 * @param id its identifier
 * @param datasetKey the data set, or a label
 * @param modelId the model, or a label
 * @param mode the kind of the run
 * @param status its status
 * @param executor as in {@link Run#executor}
 * @param command as recorded, with its secrets redacted; empty for a dry-run
 * @param host the host on which it started; null if none was recorded
 * @param exitCode as in {@link Run#exitCode}
 * @param reason as in {@link Run#reason}
 * @param message as in {@link Run#message}
 * @param createdAt the order of lists, to the microsecond
 * @param startedAt the time at which it started
 * @param duration from start to completion; null while it runs, and always for a lost run
 * @param name as in {@link RunDescription#name}
 * @param tags as in {@link RunDescription#tags}
 */
public record RunSummary(
    RunId id,
    DatasetKey datasetKey,
    String modelId,
    RunMode mode,
    RunStatus status,
    @Nullable String executor,
    List<String> command,
    @Nullable String host,
    @Nullable Integer exitCode,
    @Nullable RunReason reason,
    String message,
    Instant createdAt,
    Instant startedAt,
    @Nullable Duration duration,
    @Nullable String name,
    Map<String, String> tags) {

  /** Copies the command; the tags stay in the order of their keys. */
  public RunSummary {
    command = List.copyOf(command);
    tags = tags.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  /** Returns the summary of this run. */
  public static RunSummary of(Run run) {
    return new RunSummary(
        run.id(),
        run.spec().datasetKey(),
        run.spec().modelId(),
        run.spec().mode(),
        run.status(),
        run.executor(),
        run.spec().command(),
        run.provenance() == null ? null : run.provenance().host(),
        run.exitCode(),
        run.reason(),
        run.message(),
        run.createdAt(),
        run.startedAt(),
        run.duration().orElse(null),
        run.spec().description().name(),
        run.spec().description().tags());
  }
}
