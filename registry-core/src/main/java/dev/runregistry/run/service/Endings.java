package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.StaleRunException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record how the runs of this registry began and ended. A start that could not be saved is
 * saved again while the run goes on. An ending that could be written nowhere is kept here, with the
 * claim of its run, so that nobody else takes the run for lost.
 */
final class Endings {
  private static final Logger log = LoggerFactory.getLogger(Endings.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final Map<RunId, Run> unwritten = new ConcurrentHashMap<>();
  private final Map<RunId, DatabaseIdentity> live = new ConcurrentHashMap<>();
  private final Map<RunId, Run> unsavedStarts = new ConcurrentHashMap<>(); // of those that live

  Endings(RunRepository repository, RunJournal journal) {
    this.repository = repository;
    this.journal = journal;
  }

  /**
   * Notes durably that the run starts, and in which database it is going to be recorded.
   *
   * @throws JournalException if that cannot be noted
   */
  void begin(Run running) {
    DatabaseIdentity database = repository.identity();
    journal.begin(running, database);
    live.put(running.id(), database);
  }

  /** Saves the start of a run; one that could not be saved is retried until the run ends. */
  boolean recordStart(Run running) {
    if (record(running)) {
      bind(running.id());
      return true;
    }
    unsavedStarts.put(running.id(), running);
    if (!live.containsKey(running.id())) { // it ended meanwhile, and its ending says all
      unsavedStarts.remove(running.id());
    }
    return false;
  }

  /** Saves again the starts that could not be saved, as far as the database answers. */
  void retryStarts() {
    for (Run running : List.copyOf(unsavedStarts.values())) {
      try {
        repository.save(running);
        log.info("run {} is on record now: {}", running.id(), running.message());
        bind(running.id());
      } catch (StaleRunException e) { // it has ended meanwhile, and that is on record
        log.debug("run {} has ended meanwhile", running.id(), e);
      } catch (RuntimeException | Error e) {
        log.debug("run {} is still not on record", running.id(), e);
        if (isAway(repository)) {
          return; // each try costs seconds then
        }
        continue;
      }
      unsavedStarts.remove(running.id(), running);
    }
  }

  /** Returns whether the database does not answer; then each further try costs seconds. */
  static boolean isAway(RunRepository repository) {
    try {
      repository.ping();
      return false;
    } catch (RuntimeException | Error e) {
      return true;
    }
  }

  /** Returns whether the run goes on here and is not on record yet. */
  boolean isStartUnsaved(RunId id) {
    return unsavedStarts.containsKey(id);
  }

  private void bind(RunId id) {
    DatabaseIdentity database = repository.identity();
    if (database.uuid().isEmpty()) {
      return; // nothing more is known than when it began
    }
    live.computeIfPresent(id, (same, begun) -> database);
    try {
      journal.bind(id, database);
    } catch (JournalException e) { // then its address alone says which database it is
      log.warn("run {}: the database that has it could not be noted", id, e);
    }
  }

  /**
   * Writes down how a claimed run ended. A database that is being asked at this moment to record
   * its start, and then does not, is not asked again for the ending, which would take as long: the
   * journal has that, and it is settled later.
   */
  void write(Run ended, StartRecording start) {
    boolean asking = !start.isOver();
    boolean noted = note(ended);
    boolean away = start.hasFailed() && asking;
    DatabaseIdentity database = live.getOrDefault(ended.id(), DatabaseIdentity.UNKNOWN);
    live.remove(ended.id());
    unsavedStarts.remove(ended.id());
    boolean recorded = !(away && noted) && recordIn(database, ended);
    if (noted && recorded) {
      settle(ended);
    } else if (!noted && !recorded) {
      live.put(ended.id(), database);
      unwritten.put(ended.id(), ended);
    }
  }

  /** Compared before and after: another database may have come back at the same address. */
  private boolean recordIn(DatabaseIdentity database, Run ended) {
    if (isReached(database, ended) && record(ended)) {
      return isReached(database, ended);
    }
    return false;
  }

  private boolean isReached(DatabaseIdentity database, Run ended) {
    DatabaseIdentity here = repository.identity();
    if (database.matches(here)) {
      return true;
    }
    log.error(
        "run {} ended and stays in this host's journal: it is recorded in another database than the"
            + " one that is at {} now",
        ended.id(),
        here.address());
    return false;
  }

  /** Gives the claim back, unless the ending is known to nobody but us. */
  void release(RunId id) {
    if (!unwritten.containsKey(id)) {
      live.remove(id);
      unsavedStarts.remove(id);
      journal.release(id);
    }
  }

  /** Tries again to write what could be written nowhere. */
  void writeUnwritten() {
    for (Run ended : List.copyOf(unwritten.values())) {
      if (unwritten.remove(ended.id(), ended)) { // else another thread is at it
        try {
          write(ended, StartRecording.done());
        } finally {
          release(ended.id());
        }
      }
    }
  }

  private boolean note(Run ended) {
    try {
      journal.end(ended);
      return true;
    } catch (JournalException e) {
      log.error("run {} ended but its ending could not be noted on this host", ended.id(), e);
      return false;
    }
  }

  /**
   * Saves the run and returns whether that worked; whatever the database does, the run goes on
   * (locked decision 7).
   */
  private boolean record(Run run) {
    try {
      repository.save(run);
      return true;
    } catch (RuntimeException | Error e) { // a driver without its native part is no reason
      log.error(
          "run {} ({}) could not be recorded in the database and stays in this host's journal: {}",
          run.id(),
          run.status().text(),
          reason(e));
      log.debug("run {} could not be recorded", run.id(), e);
      return false;
    }
  }

  private void settle(Run ended) {
    try {
      journal.settle(ended.id());
    } catch (JournalException e) {
      log.warn("run {} is recorded but stays in the journal", ended.id(), e);
    }
  }

  static String reason(Throwable e) {
    if (e instanceof RegistryException) { // its message says all, the cause included
      return String.valueOf(e.getMessage());
    }
    return e.getCause() == null ? e.toString() : e.getMessage() + " (" + e.getCause() + ")";
  }
}
