package dev.runregistry.executor.local;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A note could be read and is not what a journal writes, in whatever format. */
final class DamagedNoteException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedNoteException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
