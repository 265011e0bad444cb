package dev.runregistry.executor.process;

import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a run's output that is not in its logs: the supervisor writes them up to their limit
 * and counts the rest. Supervisors of earlier versions did not; their logs are truncated after the
 * run has ended. Safe for use by many threads.
 */
final class LogTrimmer {
  private static final Logger log = LoggerFactory.getLogger(LogTrimmer.class);

  private final Workspace folder;
  private final LogLimit limit;
  private final LogTotals totals;

  private LogTrimmer(Workspace folder, LogLimit limit) {
    this.folder = folder;
    this.limit = limit;
    totals = new LogTotals(folder);
  }

  /** Returns the logs of a run that has begun; the limit is in its workspace. */
  static LogTrimmer of(Workspace folder) {
    return new LogTrimmer(folder, new ProcessFile(folder).logLimit());
  }

  /** Records the sizes of the output of an ended run, unless its logs have all of it. */
  synchronized void note() {
    if (!limit.isLimited() || totals.areNoted()) {
      return;
    }
    Map<LogStream, Long> printed = new EnumMap<>(LogStream.class);
    for (LogStream stream : LogStream.values()) {
      printed.put(stream, total(stream));
    }
    if (printed.values().stream().anyMatch(total -> total > limit.bytes())) {
      try {
        totals.note(printed);
      } catch (IOException e) {
        log.warn("{}: the size of its output cannot be recorded", folder.path(), e);
      }
    }
  }

  /** Truncates the logs of an ended run that are too long, after the sizes are recorded. */
  synchronized void cut() {
    note();
    for (LogStream stream : LogStream.values()) {
      Path file = folder.log(stream);
      if (file.toFile().length() > limit.bytes()) {
        cut(file);
      }
    }
  }

  private void cut(Path file) {
    try {
      RegularFiles.truncate(file, limit.bytes());
    } catch (NoSuchFileException e) {
      log.debug("{} has moved; readers stop at the limit", file, e);
    } catch (IOException e) {
      log.warn("{} cannot be cut", file, e);
    }
  }

  /** Returns the number of bytes of that stream so far. */
  long total(LogStream stream) {
    return totals.of(stream).orElseGet(() -> folder.log(stream).toFile().length());
  }

  /** Returns one sentence about the missing output; empty if the log is complete. */
  Optional<String> notice(LogStream stream) {
    long total = total(stream);
    long kept = Math.min(limit.bytes(), folder.log(stream).toFile().length());
    return total <= kept
        ? Optional.empty()
        : Optional.of(
            "the log of %s has the first %d of %s%d bytes"
                .formatted(stream.text(), kept, isLeast(stream) ? "at least " : "", total));
  }

  private boolean isLeast(LogStream stream) {
    return totals.haveCuts(stream) || totals.areGrowing();
  }
}
