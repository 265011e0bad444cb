package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.IdempotencyKeysContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteIdempotencyKeysTest extends IdempotencyKeysContract {
  @TempDir private Path folder;
  private RunDatabase database;

  @Override
  protected IdempotencyKeys empty() {
    database = RunDatabase.at(DatabaseConfig.sqlite(folder.resolve("registry.db")));
    return database.idempotencyKeys();
  }

  @Override
  protected RunRepository repository() {
    return database.runs();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
