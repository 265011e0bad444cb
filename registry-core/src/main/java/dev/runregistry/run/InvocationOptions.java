package dev.runregistry.run;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one invocation has different from the others of the process that starts it.
 *
 * @param killGrace the time between TERM and KILL; null for that of the executor
 * @param keepsChildren whether the remaining processes of the ended run are kept, also where the
 *     executor terminates them
 * @param logLimit the maximum size of each log in bytes, {@link Long#MAX_VALUE} for no limit; null
 *     for that of the executor
 * @param recordedVariables the names of the variables that are recorded; one that ends in {@code *}
 *     stands for all with that prefix; null for those of the provenance source
 */
public record InvocationOptions(
    @Nullable Duration killGrace,
    boolean keepsChildren,
    @Nullable Long logLimit,
    @Nullable List<String> recordedVariables) {
  /** Nothing is different. */
  public static final InvocationOptions NONE = new InvocationOptions(null, false, null, null);

  /**
   * Checks the numbers, and copies the names.
   *
   * @throws IllegalArgumentException if the grace is negative, or a log keeps less than the record
   */
  public InvocationOptions {
    if (killGrace != null && killGrace.isNegative()) {
      throw new IllegalArgumentException("the grace must not be negative: " + killGrace);
    }
    if (logLimit != null && logLimit < OutputExcerpt.LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "the limit of a log must be at least %d bytes: %d"
              .formatted(OutputExcerpt.LIMIT_BYTES, logLimit));
    }
    recordedVariables = recordedVariables == null ? null : List.copyOf(recordedVariables);
  }
}
