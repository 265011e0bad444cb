package dev.runregistry.testkit;

import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;

class InMemoryRunQueueTest extends RunQueueContract {
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryRunQueue queue = new InMemoryRunQueue(journal);

  @Override
  protected RunJournal journal() {
    return journal;
  }

  @Override
  protected RunQueue queue() {
    return queue;
  }
}
