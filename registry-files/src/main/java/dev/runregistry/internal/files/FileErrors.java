package dev.runregistry.internal.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Reasons for failures of files, for people. */
public final class FileErrors {
  private FileErrors() {}

  /** Returns the reason, without the path if the message has another part. */
  public static String reason(IOException e) {
    String why = e instanceof FileSystemException file ? file.getReason() : null;
    if (e instanceof NoSuchFileException missing) {
      why = missing.getFile() + " does not exist";
    }
    return why != null ? why : String.valueOf(e.getMessage());
  }
}
