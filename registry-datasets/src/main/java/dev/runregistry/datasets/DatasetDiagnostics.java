package dev.runregistry.datasets;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.DatasetException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Creates the messages about a problem in a file of a dataset; never with a path of this host.
 *
 * @param name the file name in the directory of the dataset
 */
record DatasetDiagnostics(DatasetKey key, String name) {
  DatasetException wrong(String what) {
    return exception(key + "/" + name, what);
  }

  DatasetException wrong(int line, String what) {
    return exception("%s/%s, line %d".formatted(key, name, line), what);
  }

  DatasetException wrong(long line, long column, String what) {
    return exception("%s/%s, line %d, column %d".formatted(key, name, line, column), what);
  }

  DatasetException unreadable(IOException e) {
    if (e instanceof NoSuchFileException) {
      return wrong("no such file");
    }
    if (e instanceof AccessDeniedException) {
      return unreadable("permission denied");
    }
    if (e instanceof CharacterCodingException) {
      return wrong("not UTF-8");
    }
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return unreadable("cannot be read: " + reason);
  }

  private DatasetException unreadable(String why) {
    return exception(key + "/" + name, why, "cannot be read");
  }

  private DatasetException exception(String where, String what) {
    return exception(where, what, "is not well formed");
  }

  private DatasetException exception(String where, String what, String summary) {
    return new DatasetException("The dataset %s %s".formatted(key, summary), where + ": " + what);
  }
}
