package dev.runregistry.cli.transfer;

import dev.runregistry.json.RunRecordJson;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.service.chain.InvalidChainException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records of a file, one a line; blank lines are passed over. Used by one thread. */
final class RecordLines implements Iterator<ChainedRun> {
  /** The maximum length of a line in characters: far beyond the longest command. */
  private static final int MOST = 64 << 20;

  private final Reader in;
  private final char[] buffer = new char[1 << 16];
  private int position;
  private int end;
  private long line;
  private long count;
  private @Nullable String next;

  RecordLines(InputStream in) {
    this.in = new InputStreamReader(in, StandardCharsets.UTF_8);
  }

  /** Returns the number of the line that was read last, from 1. */
  long line() {
    return line;
  }

  /** Returns the number of records so far. */
  long count() {
    return count;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      String text = read();
      if (text == null) {
        return false;
      }
      line++;
      next = text.isBlank() ? null : text;
    }
    return true;
  }

  @Override
  public ChainedRun next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String text = next;
    next = null;
    try {
      ChainedRun entry = RunRecordJson.read(String.valueOf(text));
      count++;
      return entry;
    } catch (IllegalArgumentException e) {
      throw new InvalidChainException("not a record of an export: " + e.getMessage());
    }
  }

  /** Returns the next line without its end; null at the end of the file. */
  private @Nullable String read() {
    StringBuilder text = new StringBuilder();
    boolean any = false;
    try {
      while (position < end || fill()) {
        any = true;
        int start = position;
        while (position < end && buffer[position] != '\n') {
          position++;
        }
        text.append(buffer, start, position - start);
        if (text.length() > MOST) {
          throw new InvalidChainException("a line is longer than " + MOST + " characters");
        }
        if (position < end) {
          position++; // the line feed
          return text.toString();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return any ? text.toString() : null;
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
