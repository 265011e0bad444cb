package dev.runregistry.persistence.jooq;

import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.IdempotencyKeysContract;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

class PostgresIdempotencyKeysTest extends IdempotencyKeysContract {
  private RunDatabase database;

  @Override
  protected IdempotencyKeys empty() {
    try {
      database = RunDatabase.at(Engine.POSTGRES.migrated(Path.of("")));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
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
