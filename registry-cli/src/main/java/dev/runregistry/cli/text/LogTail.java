package dev.runregistry.cli.text;

import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last lines of a log, fit for a terminal.
 *
 * @param lines in their order, at least one
 */
public record LogTail(List<String> lines) {
  /** The maximum distance from the end that is searched for lines. */
  private static final int MOST_BYTES = 256 << 10;

  private static final int MOST_COLUMNS = 1_000;

  public LogTail {
    lines = List.copyOf(lines);
  }

  /**
   * Reads the last lines.
   *
   * @param from what comes before that byte is not wanted
   * @param to what comes after that byte is not part of the log
   * @param count how many lines at most
   * @return empty if nothing is there
   */
  public static Optional<LogTail> of(Path file, long from, long to, int count) throws IOException {
    try (FileChannel channel = RegularFiles.open(file, LinkOption.NOFOLLOW_LINKS)) {
      long end = Math.min(channel.size(), to);
      long start = Math.max(from, end - MOST_BYTES);
      if (start >= end) {
        return Optional.empty();
      }
      boolean cut = start > 0 && read(channel, start - 1, start).charAt(0) != '\n';
      List<String> lines = lines(read(channel, start, end), cut);
      int first = Math.max(0, lines.size() - count);
      return Optional.of(new LogTail(lines.subList(first, lines.size())));
    }
  }

  private static String read(FileChannel channel, long start, long end) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (end - start));
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes, start + bytes.position());
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  /**
   * Splits a text into lines.
   *
   * @param cut whether it begins inside a line, and perhaps inside a character
   */
  private static List<String> lines(String text, boolean cut) {
    String whole = cut ? text.replaceFirst("\\A\uFFFD{1,3}", "") : text;
    List<String> lines = new ArrayList<>();
    for (String line :
        (whole.endsWith("\n") ? whole.substring(0, whole.length() - 1) : whole).split("\n", -1)) {
      String mark = cut && lines.isEmpty() ? "…" : "";
      lines.add(TerminalText.truncate(mark + TerminalText.lastState(line), MOST_COLUMNS));
    }
    return lines;
  }
}
