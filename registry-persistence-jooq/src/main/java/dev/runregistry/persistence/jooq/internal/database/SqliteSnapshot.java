package dev.runregistry.persistence.jooq.internal.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.function.Function;
import org.jooq.exception.DataAccessException;
import org.sqlite.SQLiteConfig;

/**
 * A snapshot of a file. A read-only file, such as a copy that is kept as evidence, is read without
 * the files that SQLite otherwise creates beside it.
 */
public final class SqliteSnapshot {
  private static final int BUSY_MILLIS = 60_000;
  private static final Set<PosixFilePermission> WRITE =
      Set.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private final Path file;

  public SqliteSnapshot(Path file) {
    this.file = file;
  }

  public <T> T read(Function<Connection, T> work) {
    return open(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = ON");
            statement.execute("BEGIN"); // the first read creates the snapshot
            T result = work.apply(connection);
            statement.execute("COMMIT");
            return result;
          }
        });
  }

  /** Executes the work, which changes nothing, over a connection of its own: no snapshot yet. */
  <T> T open(Connections.Writing<T> work) {
    if (!Files.isRegularFile(file)) {
      throw new DataAccessException("there is no such file");
    }
    SQLiteConfig settings = SqliteConnections.settings(BUSY_MILLIS);
    try (Connection connection = settings.createConnection(url())) {
      return work.over(connection);
    } catch (SQLException | IOException e) {
      throw new DataAccessException("cannot be read: " + e.getMessage(), e);
    }
  }

  private String url() throws IOException {
    return canBeWritten() ? SqliteConnections.url(file) : ReadOnlyFile.url(file);
  }

  /** Checks the permission bits: root may write everything, but a read-only mode is respected. */
  private boolean canBeWritten() throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    return permissions.stream().anyMatch(WRITE::contains) && !ReadOnlyFile.is(file);
  }
}
