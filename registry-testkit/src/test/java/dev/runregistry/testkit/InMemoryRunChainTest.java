package dev.runregistry.testkit;

import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;

class InMemoryRunChainTest extends RunChainContract {
  private InMemoryRunRepository repository;

  @Override
  protected RunRepository empty() {
    repository = new InMemoryRunRepository();
    return repository;
  }

  @Override
  protected RunChain chain() {
    return repository;
  }
}
