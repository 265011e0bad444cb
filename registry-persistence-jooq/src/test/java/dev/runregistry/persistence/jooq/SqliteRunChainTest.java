package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunChainContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteRunChainTest extends RunChainContract {
  @TempDir private Path folder;
  private RunDatabase database;

  @Override
  protected RunRepository empty() throws Exception {
    database = RunDatabase.at(Engine.SQLITE.migrated(folder));
    return database.runs();
  }

  @Override
  protected RunChain chain() {
    return database.chain();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
