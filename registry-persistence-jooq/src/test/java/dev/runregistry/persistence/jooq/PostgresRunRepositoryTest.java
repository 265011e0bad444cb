package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunRepositoryContract;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

class PostgresRunRepositoryTest extends RunRepositoryContract {
  private RunDatabase database;

  @Override
  protected RunRepository empty() throws SQLException {
    database = RunDatabase.at(Engine.POSTGRES.migrated(Path.of("")));
    return database.runs();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
