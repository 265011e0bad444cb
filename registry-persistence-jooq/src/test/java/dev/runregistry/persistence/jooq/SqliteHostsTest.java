package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.host.Hosts;
import dev.runregistry.testkit.HostsContract;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteHostsTest extends HostsContract {
  @TempDir private Path folder;
  private DatabaseConfig config;
  private RunDatabase database;

  @Override
  protected void open() throws SQLException {
    config = Engine.SQLITE.migrated(folder);
    database = RunDatabase.at(config);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  protected Hosts hosts() {
    return database.hosts();
  }

  @Override
  protected RunRepository runs() {
    return database.runs();
  }

  @Override
  protected RunChain chain() {
    return database.chain();
  }

  @Override
  protected void age(UUID home, Duration by) throws SQLException {
    Engine.SQLITE.age(config, home, by);
  }
}
