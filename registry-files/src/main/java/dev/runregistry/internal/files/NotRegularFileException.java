package dev.runregistry.internal.files;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Thrown when a file is a directory, a FIFO, a device, a socket or an unwanted link. */
public final class NotRegularFileException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  NotRegularFileException(Path file) {
    super(file.toString(), null, "not a regular file");
  }
}
