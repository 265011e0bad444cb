package dev.runregistry.persistence.jooq.internal.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jooq.exception.DataAccessException;

/** A database file that cannot be written, or lies in a directory that cannot. */
final class ReadOnlyFile {
  private ReadOnlyFile() {}

  /** Returns whether the file exists, and SQLite cannot write it or create files beside it. */
  static boolean is(Path file) {
    return Files.exists(file)
        && !(Files.isWritable(file) && Files.isWritable(file.toAbsolutePath().getParent()));
  }

  /**
   * Returns the URL by which SQLite reads such a file. With a write-ahead log, its index, which is
   * shared with the writer, has to exist. Without one, SQLite would create both: it is told that
   * the file does not change, so a connection must not be kept longer than one query.
   *
   * @throws DataAccessException if there is a write-ahead log without an index
   */
  static String url(Path file) throws IOException {
    Path log = file.resolveSibling(file.getFileName() + "-wal");
    if (!Files.exists(log) || Files.size(log) == 0) {
      return SqliteConnections.uri(file) + "?immutable=1";
    }
    if (Files.exists(file.resolveSibling(file.getFileName() + "-shm"))) {
      return SqliteConnections.uri(file) + "?mode=ro";
    }
    throw new DataAccessException(
        "it cannot be written, and not all that was recorded is in the file itself: make a copy by"
            + " sqlite3 FILE '.backup COPY', or where it and the files beside it can be written");
  }
}
