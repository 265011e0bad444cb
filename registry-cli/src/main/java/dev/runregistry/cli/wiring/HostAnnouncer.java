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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces the home in the database every ten seconds, in a daemon thread. A failure is not
 * reported: what needs the database reports that it is unavailable.
 */
public final class HostAnnouncer implements AutoCloseable {
  private static final Duration INTERVAL = KnownHost.ANNOUNCED_EVERY;
  private static final Logger log = LoggerFactory.getLogger(HostAnnouncer.class);

  private final FileRunJournal home;
  private final RunRegistry registry;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Creates one that has not begun. */
  public HostAnnouncer(FileRunJournal home, RunRegistry registry) {
    this.home = home;
    this.registry = registry;
  }

  /** Begins with an announcement. */
  public void start() {
    start(Duration.ZERO);
  }

  /** Begins after ten seconds: most commands have ended by then. */
  public void startLater() {
    start(INTERVAL);
  }

  private void start(Duration firstAfter) {
    Thread thread = new Thread(() -> announce(firstAfter), "host");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // no thread is available: the host is not seen
      log.debug("no thread announces the host", e);
    }
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

  /** Ends the announcements; does not wait for one that is being made. */
  @Override
  public void close() {
    stopped.countDown();
  }
}
