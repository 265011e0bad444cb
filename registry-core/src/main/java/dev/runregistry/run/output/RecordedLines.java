package dev.runregistry.run.output;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The lines of the recorded output of a run, for runs without logs such as dry-runs: those of
 * stdout, then those of stderr, at no known time. Offsets count the bytes of the recorded text.
 */
public final class RecordedLines {
  private final byte[] stdout;
  private final byte[] stderr;

  private RecordedLines(byte[] stdout, byte[] stderr) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Returns the lines of that output. */
  public static RecordedLines of(Output output) {
    return new RecordedLines(
        output.stdout().text().getBytes(StandardCharsets.UTF_8),
        output.stderr().text().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns all lines after the position. */
  public OutputBatch after(OutputPosition from) {
    List<OutputLine> lines = new ArrayList<>();
    int out = start(stdout, from.stdout());
    int err = start(stderr, from.stderr());
    while (out < stdout.length) {
      int end = lineEnd(stdout, out);
      lines.add(new OutputLine(LogStream.STDOUT, text(stdout, out, end), null, end, err));
      out = end;
    }
    while (err < stderr.length) {
      int end = lineEnd(stderr, err);
      lines.add(new OutputLine(LogStream.STDERR, text(stderr, err, end), null, out, end));
      err = end;
    }
    return new OutputBatch(lines, OutputPosition.of(out, err), true);
  }

  private static int start(byte[] text, long offset) {
    return (int) Math.min(text.length, offset);
  }

  private static int lineEnd(byte[] text, int from) {
    for (int i = from; i < text.length; i++) {
      if (text[i] == '\n') {
        return i + 1;
      }
    }
    return text.length;
  }

  private static String text(byte[] text, int from, int to) {
    return new String(Arrays.copyOfRange(text, from, to), StandardCharsets.UTF_8);
  }
}
