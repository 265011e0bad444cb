package dev.runregistry.cli.transfer;

import dev.runregistry.json.BoundedLines;
import dev.runregistry.json.RunRecordJson;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.service.chain.InvalidChainException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records of a file, one a line; blank lines are passed over. Used by one thread. */
final class RecordLines implements Iterator<ChainEntry> {
  /** The maximum length of a line in characters: far beyond the longest command. */
  private static final int MOST = 64 << 20;

  private final BoundedLines lines;
  private long line;
  private long count;
  private @Nullable String next;

  RecordLines(InputStream in) {
    lines = new BoundedLines(in, MOST);
  }

  /** Returns the number of the line that was read last, from 1. */
  long line() {
    return line;
  }

  /** Returns the number of runs so far. */
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
  public ChainEntry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String text = next;
    next = null;
    try {
      ChainEntry entry = RunRecordJson.read(String.valueOf(text));
      count += entry.link().isRetirement() ? 0 : 1;
      return entry;
    } catch (IllegalArgumentException e) {
      throw new InvalidChainException("not a record of an export: " + e.getMessage());
    }
  }

  /** Returns the next line; null at the end of the file. */
  private @Nullable String read() {
    try {
      String text = lines.next();
      if (text != null && lines.isTooLong(text)) {
        throw new InvalidChainException("a line is longer than " + MOST + " characters");
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
