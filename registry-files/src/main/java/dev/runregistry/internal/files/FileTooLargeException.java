package dev.runregistry.internal.files;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Thrown when a file has more bytes than its reader accepts. */
public final class FileTooLargeException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with the file and its maximum size. */
  public FileTooLargeException(Path file, int maxBytes) {
    super(file.toString(), null, "larger than " + maxBytes + " bytes");
  }
}
