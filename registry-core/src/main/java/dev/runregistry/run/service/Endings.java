package dev.runregistry.run.service;

import dev.runregistry.run.JournalException;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record how the runs of this registry began and ended. What could be written nowhere is
 * kept here, with the claim of its run, so that nobody else takes the run for lost.
 */
final class Endings {
  private static final Logger log = LoggerFactory.getLogger(Endings.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final Map<RunId, Run> unwritten = new ConcurrentHashMap<>();

  Endings(RunRepository repository, RunJournal journal) {
    this.repository = repository;
    this.journal = journal;
  }

  /**
   * Writes down how a claimed run ended. A database that is being asked at this moment to record
   * its start, and then does not, is not asked again for the ending, which would take as long: the
   * journal has that, and it is settled later.
   *
   * @param startRecorded whether the start is on record, once that is known
   */
  void write(Run ended, CompletableFuture<Boolean> startRecorded) {
    boolean asking = !startRecorded.isDone();
    boolean noted = note(ended);
    boolean away = !startRecorded.join() && asking;
    boolean recorded = !(away && noted) && record(ended);
    if (noted && recorded) {
      settle(ended);
    } else if (!noted && !recorded) {
      unwritten.put(ended.id(), ended);
    }
  }

  /** Gives the claim back, unless the ending is known to nobody but us. */
  void release(RunId id) {
    if (!unwritten.containsKey(id)) {
      journal.release(id);
    }
  }

  /** Tries again to write what could be written nowhere. */
  void writeUnwritten() {
    for (Run ended : List.copyOf(unwritten.values())) {
      if (unwritten.remove(ended.id(), ended)) { // else another thread is at it
        try {
          write(ended, CompletableFuture.completedFuture(true));
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
  boolean record(Run run) {
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
