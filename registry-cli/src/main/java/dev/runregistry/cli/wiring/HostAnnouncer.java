package dev.runregistry.cli.wiring;

import dev.runregistry.cli.console.VersionNumber;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces the home in the database every ten seconds, in a daemon thread. A failure is not
 * reported: what needs the database reports that it is unavailable.
 */
public final class HostAnnouncer implements AutoCloseable {
  private static final Duration INTERVAL = KnownHost.ANNOUNCED_EVERY;

  /** An announcement may wait for the database. */
  private static final Duration AT_THE_END = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(HostAnnouncer.class);

  private final FileRunJournal home;
  private final RunRegistry registry;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Thread awaited;

  /** Creates one that has not begun. */
  public HostAnnouncer(FileRunJournal home, RunRegistry registry) {
    this.home = home;
    this.registry = registry;
  }

  /** Begins with an announcement; {@link #close} waits for one that is being made. */
  public void start() {
    awaited = start(Duration.ZERO);
  }

  /**
   * Begins after ten seconds: most commands have ended by then. {@link #close} does not wait, so
   * that a command ends at once while the database is unavailable.
   */
  public void startLater() {
    start(INTERVAL);
  }

  private Thread start(Duration firstAfter) {
    Thread thread = new Thread(() -> announce(firstAfter), "host");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // no thread is available: the host is not seen
      log.debug("no thread announces the host", e);
    }
    return thread;
  }

  private void announce(Duration firstAfter) {
    try {
      Duration pause = firstAfter;
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        announce();
        pause = INTERVAL;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce() {
    try {
      Optional<UUID> id = home.homeId();
      if (id.isPresent()) { // else the home belongs to another user
        registry.announce(new Home(id.get(), HostProvenance.hostName(), VersionNumber.TEXT));
      }
    } catch (RegistryException e) {
      log.debug("the host could not be announced", e);
    } catch (RuntimeException | LinkageError e) { // a defect must not end the announcements
      if (stopped.getCount() > 0) { // else the database has been closed
        log.warn("the host could not be announced", e);
      }
    }
  }

  /**
   * Ends the announcements. Waits for one that is being made, at most three seconds: after that the
   * home may be deleted.
   */
  @Override
  public void close() {
    stopped.countDown();
    if (awaited != null) {
      try {
        awaited.join(AT_THE_END.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
