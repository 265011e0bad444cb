package dev.runregistry.chaos;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A database that can be taken away and brought back. */
interface Store extends AutoCloseable {
  DatabaseConfig config();

  void takeAway() throws IOException, SQLException;

  void bringBack() throws IOException, SQLException;

  @Override
  void close() throws IOException, SQLException;

  /** A file, away while somebody else has it locked. */
  final class Sqlite implements Store {
    private final DatabaseConfig config;
    private final Connection other;

    Sqlite(Path folder) throws SQLException {
      config = Registry.sqlite(folder);
      other = DriverManager.getConnection(config.url());
    }

    @Override
    public DatabaseConfig config() {
      return config;
    }

    @Override
    public void takeAway() throws SQLException {
      execute("BEGIN EXCLUSIVE");
    }

    @Override
    public void bringBack() throws SQLException {
      execute("ROLLBACK");
    }

    private void execute(String sql) throws SQLException {
      try (Statement statement = other.createStatement()) {
        statement.execute(sql);
      }
    }

    @Override
    public void close() throws SQLException {
      other.close();
    }
  }

  /** A server, away while it is stopped. */
  final class Postgres implements Store {
    private final Path data;
    private final int port;
    private final String url;
    private EmbeddedPostgres server;

    Postgres(Path folder) throws IOException {
      data = folder.resolve("data");
      server =
          EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start();
      port = server.getPort();
      url = server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public DatabaseConfig config() {
      return Registry.config(url);
    }

    @Override
    public void takeAway() throws IOException {
      server.close();
    }

    @Override
    public void bringBack() throws IOException {
      server =
          EmbeddedPostgres.builder()
              .setPort(port)
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .start();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
