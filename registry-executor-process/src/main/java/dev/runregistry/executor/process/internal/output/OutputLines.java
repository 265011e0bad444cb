package dev.runregistry.executor.process.internal.output;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.output.OutputLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lines of one batch, which is bounded in lines, bytes and pieces of the index. */
final class OutputLines {
  private static final int MAX_LINES = 500;
  private static final int MAX_BYTES = 64 * 1024; // and a line more
  private static final int MAX_PIECES = 20_000; // of lines that the reader has already

  private final List<OutputLine> lines = new ArrayList<>();
  private long stdout;
  private long stderr;
  private long bytes;
  private int pieces;

  /** Starts after the lines up to these offsets. */
  OutputLines(long stdout, long stderr) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  void add(LogStream stream, String text, @Nullable Instant at, long size) {
    if (stream == LogStream.STDOUT) {
      stdout += size;
    } else {
      stderr += size;
    }
    bytes += size;
    lines.add(new OutputLine(stream, text, at, stdout, stderr));
  }

  void countPiece() {
    pieces++;
  }

  boolean isFull() {
    return lines.size() >= MAX_LINES || bytes >= MAX_BYTES || pieces >= MAX_PIECES;
  }

  List<OutputLine> list() {
    return lines;
  }
}
