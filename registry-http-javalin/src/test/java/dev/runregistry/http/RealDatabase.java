package dev.runregistry.http;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
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

  abstract DatabaseConfig empty(Path folder) throws SQLException;

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
