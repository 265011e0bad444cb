package dev.runregistry.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The only stream that messages for people go through: no text that is printed can move the cursor
 * of a terminal, change its colours or look like another line. Bytes are written as they are.
 */
public class PrintableStream extends PrintStream {
  /** Prints to the stream, in UTF-8. */
  public PrintableStream(OutputStream out) {
    super(out, true, UTF_8);
  }

  /** Prints the text as one line. */
  @Override
  public void println(@Nullable String text) {
    // at once: the line and its end by themselves are a call of the kernel each
    writeBytes((TerminalText.line(String.valueOf(text)) + System.lineSeparator()).getBytes(UTF_8));
  }

  /** Prints the text as one line, which may be indented: what a stack trace consists of. */
  @Override
  public void println(@Nullable Object text) {
    String line = String.valueOf(text);
    int begin = 0;
    while (begin < line.length() && line.charAt(begin) == '\t') {
      begin++;
    }
    print(line.substring(0, begin) + TerminalText.line(line.substring(begin)) + '\n');
  }

  /** Prints the text, whose lines remain lines. */
  @Override
  public void print(@Nullable String text) {
    writeBytes(TerminalText.lines(String.valueOf(text)).getBytes(UTF_8));
  }
}
