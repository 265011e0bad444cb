package dev.runregistry.testkit;

import dev.runregistry.run.port.IdempotencyKeys;

class InMemoryIdempotencyKeysTest extends IdempotencyKeysContract {
  @Override
  protected IdempotencyKeys empty() {
    return new InMemoryIdempotencyKeys();
  }
}
