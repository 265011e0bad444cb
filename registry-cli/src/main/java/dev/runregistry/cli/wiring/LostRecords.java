package dev.runregistry.cli.wiring;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that a database was emptied or created anew while this host still has archived runs
 * that were recorded in it.
 */
public final class LostRecords {
  private static final Logger log = LoggerFactory.getLogger(LostRecords.class);

  private final FileRunJournal home;
  private final RunDatabase database;

  public LostRecords(FileRunJournal home, RunDatabase database) {
    this.home = home;
    this.database = database;
  }

  /**
   * Returns a warning if the embedded database has no tables yet. Opens nothing: a look at the size
   * of the file is all that a run waits for.
   */
  public Optional<String> beforeFirstUse() {
    try {
      return isEmpty(home.databaseFile())
          ? oldestArchived().map(oldest -> warning())
          : Optional.empty();
    } catch (RegistryException | IOException e) {
      log.debug("archived runs could not be compared with the database", e);
      return Optional.empty();
    }
  }

  private static boolean isEmpty(Path file) throws IOException {
    try {
      return Files.size(file) == 0;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Returns a warning if the oldest archived run of this database is not in it. */
  public Optional<String> inUse() {
    try {
      return oldestArchived()
          .filter(oldest -> database.runs().find(oldest).isEmpty())
          .map(oldest -> warning());
    } catch (RegistryException e) { // the database is away
      log.debug("archived runs could not be compared with the database", e);
      return Optional.empty();
    }
  }

  private Optional<RunId> oldestArchived() {
    List<RunId> archived = home.archived();
    String here = database.runs().identity().address();
    for (RunId id : archived) { // nearly always the first one
      if (home.archived(id).filter(run -> isAt(here, run)).isPresent()) {
        return Optional.of(id);
      }
    }
    return Optional.empty();
  }

  private static boolean isAt(String here, ArchivedRun run) {
    DatabaseIdentity database = run.database();
    return database.address().isEmpty() || database.address().equals(here);
  }

  private static String warning() {
    return "warning: the database does not have runs that are archived on this host;"
        + " `registry reconcile --from-archive` records them again";
  }
}
