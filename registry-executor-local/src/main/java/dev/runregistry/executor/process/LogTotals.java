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
 * How much a run printed, where its logs do not say so: in {@code log-totals} a line for each
 * stream, and the line {@code running} while there may be more. An earlier version noted in {@code
 * log-cuts} by how much it cut a log that grew.
 */
final class LogTotals {
  private static final int MAX_BYTES = 1 << 24; // a cut four times a second for days

  private final Workspace folder;

  LogTotals(Workspace folder) {
    this.folder = folder;
  }

  /** The total of a stream, where its file alone does not say it. */
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

  /** Whether they may be more: the supervisor notes the last ones when the child has ended. */
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
      return OptionalLong.empty(); // damaged: the log says what it can
    }
  }

  /**
   * What is known of a stream.
   *
   * @param bytes all of it, or what has been cut off it
   * @param all which of the two
   */
  record Total(long bytes, boolean all) {
    long orElseGet(LongSupplier sizeOfFile) {
      return all ? bytes : bytes + sizeOfFile.getAsLong();
    }
  }
}
