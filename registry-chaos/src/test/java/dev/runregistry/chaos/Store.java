package dev.runregistry.chaos;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.testkit.process.Signals;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A database that can be taken away and brought back, and looked at from the side. */
interface Store extends AutoCloseable {
  /** As the registries reach it. */
  DatabaseConfig config();

  /** Past everything that can be in the way of the registries. */
  Connection look() throws SQLException;

  /** In how many ways it can be taken away. */
  int waysToGo();

  /** Takes it away; tells how. */
  String takeAway(int way) throws IOException, SQLException;

  void bringBack() throws IOException, SQLException;

  @Override
  void close() throws IOException, SQLException;

  /** A file, away while somebody else writes to it. */
  final class Sqlite implements Store {
    private final DatabaseConfig config;
    private final Connection other;

    Sqlite(Path file) throws SQLException {
      config = DatabaseConfig.sqlite(file);
      other = DriverManager.getConnection(config.url());
    }

    @Override
    public DatabaseConfig config() {
      return config;
    }

    @Override
    public Connection look() throws SQLException {
      return DriverManager.getConnection(config.url());
    }

    @Override
    public int waysToGo() {
      return 1;
    }

    @Override
    public String takeAway(int way) throws SQLException {
      execute("BEGIN EXCLUSIVE");
      return "locked";
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

  /** A server behind a wire. */
  final class Postgres implements Store {
    private static final List<String> WAYS =
        List.of("stopped", "paused", "refused", "cut", "black hole");

    private final Path data;
    private final int port;
    private final String url;
    private final Wire wire;
    private EmbeddedPostgres server;
    private String way = "";

    Postgres(Path folder) throws IOException {
      data = folder.resolve("data");
      server =
          EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start();
      port = server.getPort();
      url = server.getJdbcUrl("postgres", "postgres");
      wire = new Wire(port);
    }

    @Override
    public DatabaseConfig config() {
      return Registry.config(url.replace(":" + port + "/", ":" + wire.port() + "/"));
    }

    @Override
    public Connection look() throws SQLException {
      return DriverManager.getConnection(url + "&prepareThreshold=0"); // all of it as text
    }

    @Override
    public int waysToGo() {
      return WAYS.size();
    }

    @Override
    public String takeAway(int number) throws IOException {
      way = WAYS.get(number);
      switch (way) {
        case "stopped" -> server.close();
        case "paused" -> Signals.stopTree(postmaster());
        case "refused" -> wire.refuse();
        case "cut" -> wire.cut();
        default -> wire.goDeaf();
      }
      return way;
    }

    @Override
    public void bringBack() throws IOException {
      switch (way) {
        case "stopped" -> restart();
        case "paused" -> Signals.continueTree(postmaster());
        default -> wire.mend();
      }
    }

    private void restart() throws IOException {
      server =
          EmbeddedPostgres.builder()
              .setPort(port)
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .start();
    }

    private ProcessHandle postmaster() throws IOException {
      long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
      return ProcessHandle.of(pid).orElseThrow();
    }

    @Override
    public void close() throws IOException {
      wire.close();
      server.close();
    }
  }
}
