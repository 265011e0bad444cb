package dev.runregistry.testkit;

import dev.runregistry.run.port.CancelRequests;

class InMemoryCancelRequestsTest extends CancelRequestsContract {
  @Override
  protected CancelRequests empty() {
    return new InMemoryCancelRequests();
  }
}
