package dev.runregistry.http;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import dev.runregistry.persistence.jooq.RunDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** Both databases, each time an empty one. */
enum RealDatabase {
  SQLITE {
    @Override
    DatabaseConfig empty(Path folder) {
      return DatabaseConfig.sqlite(folder.resolve(UUID.randomUUID() + ".db"));
    }
  },

  POSTGRES {
    @Override
    DatabaseConfig empty(Path folder) throws SQLException {
      String name = "db_" + UUID.randomUUID().toString().replace('-', '_');
      try (Connection admin = Shared.SERVER.getPostgresDatabase().getConnection();
          Statement statement = admin.createStatement()) {
        statement.execute("CREATE DATABASE " + name);
      }
      return at(Shared.SERVER, name);
    }
  };

  /** One for all tests; it ends with the JVM. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();
  }

  /** A file that was migrated once and is copied since, which saves most of a server's start. */
  private static final class Migrated {
    static final byte[] FILE = migrate();

    private static byte[] migrate() {
      try {
        Path file = Files.createTempDirectory("migrated").resolve("registry.db");
        try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
          database.migrate();
        }
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  abstract DatabaseConfig empty(Path folder) throws SQLException;

  /** The SQLite database in that file, which has all tables; makes it, unless it is there. */
  static DatabaseConfig migrated(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.write(file, Migrated.FILE);
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
