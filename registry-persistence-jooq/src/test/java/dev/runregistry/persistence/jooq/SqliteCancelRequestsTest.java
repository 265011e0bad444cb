package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.testkit.CancelRequestsContract;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteCancelRequestsTest extends CancelRequestsContract {
  @TempDir private Path folder;
  private RunDatabase database;

  @Override
  protected CancelRequests empty() throws SQLException {
    database = RunDatabase.at(Engine.SQLITE.migrated(folder));
    return database.cancelRequests();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
