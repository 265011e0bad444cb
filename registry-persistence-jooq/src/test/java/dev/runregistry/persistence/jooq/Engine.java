package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;

/** Both databases, for tests of what they have in common. */
enum Engine {
  SQLITE {
    @Override
    DatabaseConfig empty(Path folder) {
      return DatabaseConfig.sqlite(folder.resolve(UUID.randomUUID() + ".db"));
    }

    @Override
    DatabaseConfig migrated(Path folder) {
      Path file = folder.resolve(UUID.randomUUID() + ".db");
      try {
        Files.write(file, MigratedFile.BYTES);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return DatabaseConfig.sqlite(file);
    }
  },

  POSTGRES {
    @Override
    DatabaseConfig empty(Path folder) throws SQLException {
      return database(Server.POSTGRES, "");
    }

    @Override
    DatabaseConfig created(String options) throws SQLException {
      return database(Server.POSTGRES, options);
    }

    @Override
    DatabaseConfig migrated(Path folder) throws SQLException {
      return database(Server.POSTGRES, "TEMPLATE " + Server.MIGRATED);
    }
  };

  /** An SQLite database that was migrated once, and is copied since. */
  private static final class MigratedFile {
    static final byte[] BYTES = migrate();

    private static byte[] migrate() {
      try {
        Path file =
            Files.createTempDirectory(Path.of("target").toAbsolutePath(), "migrated")
                .resolve("registry.db");
        try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
          database.migrate();
        }
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One for all tests; it ends with the JVM. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();
    static final String MIGRATED = migrated();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String migrated() {
      try {
        DatabaseConfig config = database(POSTGRES, "");
        try (RunDatabase database = RunDatabase.at(config)) {
          database.migrate();
        }
        return config.url().replaceAll(".*/", "");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** A database without tables. */
  abstract DatabaseConfig empty(Path folder) throws SQLException;

  /** A database without tables, made with these options. */
  DatabaseConfig created(String options) throws SQLException {
    throw new UnsupportedOperationException(options);
  }

  /** One with all tables and no runs. */
  abstract DatabaseConfig migrated(Path folder) throws SQLException;

  static DatabaseConfig database(EmbeddedPostgres server, String options) throws SQLException {
    String name = "db_" + UUID.randomUUID().toString().replace('-', '_');
    try (Connection admin = server.getPostgresDatabase().getConnection();
        Statement statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " " + options);
    }
    return on(server.getPort(), name);
  }

  static DatabaseConfig on(int port, String name) {
    return new DatabaseConfig(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + name, "postgres", "postgres");
  }

  /** As any other program would open it. */
  static Connection plain(DatabaseConfig config) throws SQLException {
    return DriverManager.getConnection(config.url(), config.user(), config.password());
  }

  /** Sets back the last announcement of a home by that time. */
  void age(DatabaseConfig config, UUID home, Duration by) throws SQLException {
    String shifted =
        this == SQLITE
            ? "strftime('%%Y-%%m-%%dT%%H:%%M:%%f000Z', last_seen, '%d seconds')"
                .formatted(-by.toSeconds())
            : "last_seen - interval '%d s'".formatted(by.toSeconds());
    execute(
        config, "UPDATE hosts SET last_seen = %s WHERE home_id = '%s'".formatted(shifted, home));
  }

  static void execute(DatabaseConfig config, String sql) throws SQLException {
    try (Connection connection = plain(config);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
