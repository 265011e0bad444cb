package dev.runregistry.cli;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that the command line has to behave the same on, each time an empty one. */
enum Store {
  SQLITE {
    @Override
    DatabaseConfig empty(Path folder) {
      return DatabaseConfig.sqlite(folder.resolve("runs.db"));
    }
  },
  POSTGRESQL {
    @Override
    DatabaseConfig empty(Path folder) throws SQLException {
      String name = "test" + Server.NEXT.incrementAndGet();
      try (Connection admin = Server.SHARED.getPostgresDatabase().getConnection();
          Statement statement = admin.createStatement()) {
        statement.execute("create database " + name);
      }
      return new DatabaseConfig(Server.SHARED.getJdbcUrl("postgres", name), null, null);
    }
  };

  /** A database without a table. */
  abstract DatabaseConfig empty(Path folder) throws SQLException;

  /** Starts with its first user and ends with the tests. */
  private static final class Server {
    static final EmbeddedPostgres SHARED = start();
    static final AtomicInteger NEXT = new AtomicInteger();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
