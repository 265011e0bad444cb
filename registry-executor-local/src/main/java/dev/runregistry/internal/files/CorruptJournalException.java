package dev.runregistry.internal.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A note could be read and is not what a journal writes, in whatever format. */
public final class CorruptJournalException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptJournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
