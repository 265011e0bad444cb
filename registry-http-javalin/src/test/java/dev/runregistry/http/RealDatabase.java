package dev.runregistry.http;

import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** Both databases, each time another one. */
enum RealDatabase {
  SQLITE {
    @Override
    DatabaseConfig empty(Path folder) {
      return DatabaseConfig.sqlite(folder.resolve(UUID.randomUUID() + ".db"));
    }

    @Override
    DatabaseConfig migrated(Path folder) {
      return RealDatabase.sqlite(folder.resolve(UUID.randomUUID() + ".db"));
    }
  },

  POSTGRES {
    @Override
    DatabaseConfig empty(Path folder) throws SQLException {
      return at(Shared.SERVER, Shared.created(""));
    }

    @Override
    DatabaseConfig migrated(Path folder) throws SQLException {
      return at(Shared.SERVER, Shared.created("TEMPLATE " + PostgresTemplate.NAME));
    }
  };

  /** One for all tests; it ends with the JVM. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();

    static String created(String options) throws SQLException {
      String name = "db_" + UUID.randomUUID().toString().replace('-', '_');
      try (Connection admin = SERVER.getPostgresDatabase().getConnection();
          Statement statement = admin.createStatement()) {
        statement.execute("CREATE DATABASE " + name + " " + options);
      }
      return name;
    }
  }

  private static void migrate(DatabaseConfig config) {
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }
  }

  /** A file that was migrated once and is copied since, which saves most of a server's start. */
  private static final class SqliteTemplate {
    static final byte[] FILE = migratedFile();

    private static byte[] migratedFile() {
      try {
        Path file =
            Files.createTempDirectory(Path.of("target").toAbsolutePath(), "migrated")
                .resolve("registry.db");
        migrate(DatabaseConfig.sqlite(file));
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The same on the server that all tests share. */
  private static final class PostgresTemplate {
    static final String NAME = migratedName();

    private static String migratedName() {
      try {
        String name = Shared.created("");
        migrate(at(Shared.SERVER, name));
        return name;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** A database without tables. */
  abstract DatabaseConfig empty(Path folder) throws SQLException;

  /** One with all tables and no runs. */
  abstract DatabaseConfig migrated(Path folder) throws SQLException;

  /** The SQLite database in that file, which has all tables; makes it, unless it is there. */
  static DatabaseConfig sqlite(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.write(file, SqliteTemplate.FILE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DatabaseConfig.sqlite(file);
  }

  static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DatabaseConfig at(EmbeddedPostgres server, String name) {
    String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name;
    return new DatabaseConfig(url, "postgres", "postgres");
  }
}
