package dev.runregistry.persistence.jooq;

import com.zaxxer.hikari.HikariDataSource;
import dev.runregistry.persistence.jooq.config.DataSourceOptions;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunRepositoryContract;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** In a schema of its own, over the pool of an application that has auto-commit off. */
class SharedRunRepositoryTest extends RunRepositoryContract {
  private static final DataSourceOptions OPTIONS =
      DataSourceOptions.builder().schema("runs").build();

  private static String migrated;

  private HikariDataSource pool;
  private RunDatabase database;

  @BeforeAll
  static void migrate() throws SQLException {
    DatabaseConfig config = Engine.POSTGRES.empty(Path.of(""));
    try (HikariDataSource pool = SharedDatabaseTest.pool(config, 3);
        RunDatabase database = RunDatabase.at(pool, OPTIONS)) {
      database.migrate();
    }
    migrated = config.url().replaceAll(".*/", "");
  }

  @Override
  protected RunRepository empty() throws SQLException {
    pool = SharedDatabaseTest.pool(Engine.POSTGRES.created("TEMPLATE " + migrated), 8);
    pool.setAutoCommit(false);
    database = RunDatabase.at(pool, OPTIONS);
    return database.runs();
  }

  @AfterEach
  void close() {
    database.close();
    pool.close();
  }
}
