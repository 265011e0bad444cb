package dev.runregistry.cli.wiring;

import dev.runregistry.journal.FileRunJournal;
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
public final class BackgroundReconcile {
  private static final Logger log = LoggerFactory.getLogger(BackgroundReconcile.class);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final CountDownLatch done = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Begins; once. */
  public void start(RunRegistry registry) {
    start(() -> reconcile(registry));
  }

  /**
   * Begins, once the start of a run is recorded, and tries again until nothing waits for the
   * database or {@link #await} is called: so that a run whose start could not be recorded is on
   * record as soon as the database is back. Announces the home meanwhile.
   */
  public void startAfter(Runnable recording, Supplier<RunRegistry> registry, FileRunJournal home) {
    start(
        () -> {
          recording.run();
          try (HostAnnouncer announcing = new HostAnnouncer(home, registry.get())) {
            announcing.startLater();
            reconcileAgain(registry.get());
            done.countDown();
            awaitEnd();
          }
        });
  }

  private void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } finally {
                done.countDown();
              }
            },
            "reconcile");
    thread.setDaemon(true);
    thread.start();
  }

  private void reconcileAgain(RunRegistry registry) {
    Duration pause = SHORTEST;
    while (!reconcile(registry)) {
      done.countDown(); // the later attempts are not awaited
      try {
        if (ended.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      pause = pause.compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : pause;
    }
  }

  /** Returns whether nothing is left that only needs another try. */
  private static boolean reconcile(RunRegistry registry) {
    try {
      return !registry.reconcile().isIncomplete();
    } catch (RegistryException e) { // the user asked for something else
      log.debug("could not check for interrupted runs", e);
      return false;
    }
  }

  /** Waits until it is done, but not longer than that; does not begin another try. */
  public void await(Duration atMost) {
    ended.countDown();
    try {
      if (!done.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("not all interrupted runs are reconciled yet");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
