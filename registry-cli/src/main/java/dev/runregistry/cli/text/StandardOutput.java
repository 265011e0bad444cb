package dev.runregistry.cli.text;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Our output: text in UTF-8, or bytes as they are. Keeps the first error of a write, because much
 * of what writes to it (picocli, for one) swallows errors. For one thread.
 */
public final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private @Nullable IOException failure;

  public StandardOutput(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  /**
   * Prints the text.
   *
   * @throws OutputException if it cannot be written
   */
  public void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(bytes, 0, bytes.length);
  }

  /** Prints the text and ends the line; throws as {@link #print} does. */
  public void println(String text) {
    print(text + '\n');
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    attempt(() -> out.write(bytes, from, count));
  }

  @Override
  public void flush() {
    attempt(out::flush);
  }

  /** Writes what is buffered, and closes what it writes to; throws as {@link #print} does. */
  @Override
  public void close() {
    attempt(out::close);
  }

  /**
   * The same for code that must not meet an exception: what it misses comes with the next flush.
   */
  public OutputStream swallowingErrors() {
    StandardOutput strict = this;
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        if (strict.failure == null) {
          strict.tryTo(() -> strict.out.write(bytes, from, count));
        }
      }
    };
  }

  private void attempt(Step step) {
    if (failure == null) {
      tryTo(step);
    }
    if (failure != null) {
      throw new OutputException(failure);
    }
  }

  private void tryTo(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      failure = e;
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
