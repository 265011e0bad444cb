package dev.runregistry.testkit;

import dev.runregistry.run.port.RunRepository;

class InMemoryRunRepositoryTest extends RunRepositoryContract {
  @Override
  protected RunRepository empty() {
    return new InMemoryRunRepository();
  }
}
