package dev.runregistry.internal.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when a journal file could be read, but is not in a format that a journal writes. */
public final class CorruptJournalException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptJournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
