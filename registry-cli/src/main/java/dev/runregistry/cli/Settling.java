package dev.runregistry.cli;

import dev.runregistry.run.RegistryException;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what earlier commands left behind, beside what the user asked for: in a thread of its own
 * that the process does not wait for at its end. It may be cut off at any moment; the next command
 * goes on from there.
 */
final class Settling {
  private static final Logger log = LoggerFactory.getLogger(Settling.class);

  private final CountDownLatch done = new CountDownLatch(1);

  /** Begins, once the action before it is done. */
  void startAfter(Runnable first, Supplier<RunRegistry> registry) {
    Thread thread = new Thread(() -> settle(first, registry), "settle");
    thread.setDaemon(true);
    thread.start();
  }

  private void settle(Runnable first, Supplier<RunRegistry> registry) {
    try {
      first.run();
      registry.get().reconcile();
    } catch (RegistryException e) { // the user asked for something else
      log.debug("what earlier runs left behind could not be looked at", e);
    } finally {
      done.countDown();
    }
  }

  /** Waits until it is done, but not longer than that. */
  void await(Duration atMost) {
    try {
      if (!done.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("not everything that earlier runs left behind is settled yet");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
