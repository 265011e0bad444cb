package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunRepositoryContract;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteRunRepositoryTest extends RunRepositoryContract {
  @TempDir private Path folder;
  private RunDatabase database;

  @Override
  protected RunRepository empty() throws SQLException {
    database = RunDatabase.at(Engine.SQLITE.migrated(folder));
    return database.runs();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
