package dev.runregistry.executor.process;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The size of a run's output, where its logs are shorter: in {@code log-totals} a line for each
 * stream, and the line {@code running} while it may grow. An earlier version recorded in {@code
 * log-cuts} by how much it truncated a growing log.
 */
final class LogTotals {
  private static final int MAX_BYTES = 1 << 24; // truncated four times a second for days

  private final Workspace folder;

  LogTotals(Workspace folder) {
    this.folder = folder;
  }

  /** Returns the total of a stream, where it differs from the size of its file. */
  Total of(LogStream stream) {
    OptionalLong noted = sum(folder.logTotals(), stream);
    if (noted.isPresent()) {
      return new Total(noted.getAsLong(), true);
    }
    return new Total(sum(folder.logCuts(), stream).orElse(0), false);
  }

  boolean areNoted() {
    return Files.exists(folder.logTotals());
  }

  boolean haveCuts(LogStream stream) {
    return sum(folder.logCuts(), stream).isPresent();
  }

  /** Returns whether they may grow: the supervisor records the last ones after the child's end. */
  boolean areGrowing() {
    return sum(folder.logTotals(), "running").isPresent();
  }

  void note(Map<LogStream, Long> totals) throws IOException {
    String lines =
        totals.entrySet().stream()
            .map(total -> line(total.getKey(), total.getValue()))
            .collect(Collectors.joining());
    DurableFiles.write(folder.logTotals(), lines.getBytes(StandardCharsets.US_ASCII));
  }

  private static String line(LogStream stream, long bytes) {
    return stream.text() + " " + bytes + "\n";
  }

  private static OptionalLong sum(Path file, LogStream stream) {
    return sum(file, stream.text() + " ");
  }

  private static OptionalLong sum(Path file, String name) {
    if (!Files.exists(file)) { // as for nearly all runs
      return OptionalLong.empty();
    }
    try {
      byte[] lines = RegularFiles.read(file, MAX_BYTES, LinkOption.NOFOLLOW_LINKS);
      return new String(lines, StandardCharsets.US_ASCII)
          .lines()
          .filter(
              line -> line.startsWith(name) && line.substring(name.length()).matches("\\d{0,18}"))
          .mapToLong(line -> Long.parseLong("0" + line.substring(name.length())))
          .reduce(Long::sum);
    } catch (IOException e) {
      return OptionalLong.empty(); // damaged: use the size of the log
    }
  }

  /**
   * The known size of a stream.
   *
   * @param bytes the size of all output, or of the truncated part
   * @param all which of the two
   */
  record Total(long bytes, boolean all) {
    long orElseGet(LongSupplier sizeOfFile) {
      return all ? bytes : bytes + sizeOfFile.getAsLong();
    }
  }
}
