package dev.runregistry.executor.local;

import dev.runregistry.run.LogStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the logs of a run within their limit, from outside: what writes them is never slowed down
 * or told. While the run goes on, what is beyond the limit is given back to the file system as a
 * hole, so that the size of the file still says how much was printed; when it has ended, that is
 * noted and the file is cut. Where there can be no holes the file is cut at once, and what is
 * printed at that very moment is neither counted nor shown. Safe for use by many threads.
 */
final class LimitedLogs {
  /** Faster than any program can print, so that no look comes too late by more than a second. */
  private static final long BYTES_A_SECOND = 4L << 30;

  private static final Duration SOON = Duration.ofMillis(250);
  private static final Duration LATER = Duration.ofMinutes(10);
  private static final Logger log = LoggerFactory.getLogger(LimitedLogs.class);

  private final RunFolder folder;
  private final LogLimit limit;
  private final LogTotals totals;
  private final Hole hole;
  private volatile boolean failed;

  LimitedLogs(RunFolder folder, LogLimit limit) {
    this(folder, limit, HoleInFile::make);
  }

  LimitedLogs(RunFolder folder, LogLimit limit, Hole hole) {
    this.folder = folder;
    this.limit = limit;
    this.hole = hole;
    totals = new LogTotals(folder);
  }

  /** Gives a part of a file back to the file system. */
  interface Hole {
    /** Returns whether it could. */
    boolean make(Path file, long from, long to) throws IOException;
  }

  /** Those of a run that has begun; the limit is in its folder. */
  static LimitedLogs of(RunFolder folder) {
    return new LimitedLogs(folder, new RunProcesses(folder).logLimit());
  }

  boolean areLimited() {
    return limit.isLimited();
  }

  /**
   * Gives back what is beyond the limit and has been shown.
   *
   * @param shown how much of a stream has been, and so is needed no more; its end where nobody
   *     looks at it
   * @return when to look again
   */
  Duration look(ToLongFunction<LogStream> shown) {
    long room = Long.MAX_VALUE;
    for (LogStream stream : LogStream.values()) {
      room = Math.min(room, limit.bytes() - look(stream, shown.applyAsLong(stream)));
    }
    Duration wait = Duration.ofMillis(Math.max(room, 0) / (BYTES_A_SECOND / 1_000));
    return wait.compareTo(SOON) < 0 ? SOON : wait.compareTo(LATER) > 0 ? LATER : wait;
  }

  private long look(LogStream stream, long shown) {
    Path file = folder.log(stream);
    long size = file.toFile().length();
    long end = Math.min(size, shown);
    if (end > limit.bytes()) {
      try {
        free(stream, file, end);
      } catch (IOException e) {
        if (!failed) { // and not again four times a second
          failed = true;
          log.warn("{} is over its limit and cannot be made shorter", file, e);
        }
      }
    }
    return size;
  }

  private void free(LogStream stream, Path file, long end) throws IOException {
    if (!hole.make(file, limit.bytes(), end)) {
      totals.addCut(stream, cut(file));
    }
  }

  /** Returns by how much. */
  private long cut(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long size = channel.size();
      channel.truncate(limit.bytes());
      return Math.max(0, size - limit.bytes());
    }
  }

  /** Of a run that has ended: notes how much it printed, unless that is not more than is kept. */
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
        log.warn("{}: how much was printed cannot be noted", folder.path(), e);
      }
    }
  }

  /** Of a run that has ended: cuts a log that is noted to be too long, wherever it is by now. */
  synchronized void cut(Optional<Path> file) {
    note();
    try {
      if (file.isPresent() && file.get().toFile().length() > limit.bytes()) {
        cut(file.get());
      }
    } catch (NoSuchFileException e) {
      log.debug("{} has moved; who reads it stops at the limit", file, e);
    } catch (IOException e) {
      log.warn("{} cannot be cut", file, e);
    }
  }

  /** Both of a run that has ended. */
  void cut() {
    for (LogStream stream : LogStream.values()) {
      if (Files.exists(folder.log(stream))) {
        cut(Optional.of(folder.log(stream)));
      }
    }
  }

  /** How many bytes were printed to that stream until now. */
  long total(LogStream stream) {
    return totals.of(stream).orElseGet(() -> folder.log(stream).toFile().length());
  }

  /** One sentence about what is not kept; empty if all is. */
  Optional<String> notice(LogStream stream) {
    long total = limit.isLimited() ? total(stream) : 0;
    return total <= limit.bytes()
        ? Optional.empty()
        : Optional.of(
            "the log of %s has the first %d of %s%d bytes"
                .formatted(
                    stream.text(),
                    limit.bytes(),
                    totals.haveCuts(stream) ? "at least " : "",
                    total));
  }
}
