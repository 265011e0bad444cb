package dev.runregistry.testkit;

import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;

class InMemoryIdempotencyKeysTest extends IdempotencyKeysContract {
  private final InMemoryRunRepository repository = new InMemoryRunRepository();

  @Override
  protected IdempotencyKeys empty() {
    return new InMemoryIdempotencyKeys(repository);
  }

  @Override
  protected RunRepository repository() {
    return repository;
  }
}
