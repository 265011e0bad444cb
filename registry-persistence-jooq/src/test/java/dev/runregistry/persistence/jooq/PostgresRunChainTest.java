package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunChainContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

class PostgresRunChainTest extends RunChainContract {
  private RunDatabase database;

  @Override
  protected RunRepository empty() throws Exception {
    database = RunDatabase.at(Engine.POSTGRES.migrated(Path.of("")));
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
