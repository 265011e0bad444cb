package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves runs in the database that they belong to, and in no other. Once the database is found
 * unavailable it is not called again, because each further call costs seconds. Used by one thread,
 * for one run or for one pass over many.
 */
final class DatabaseAccess {
  private static final Logger log = LoggerFactory.getLogger(DatabaseAccess.class);

  private final RunRepository repository;
  private final boolean checks;
  private boolean unavailable;

  private DatabaseAccess(RunRepository repository, boolean checks) {
    this.repository = repository;
    this.checks = checks;
  }

  /** For one run: a rejection by the database is handled like its being unavailable. */
  static DatabaseAccess forOneRun(RunRepository repository) {
    return new DatabaseAccess(repository, false);
  }

  /** For a pass over many runs: a rejected run does not delay the others. */
  static DatabaseAccess forPass(RunRepository repository) {
    return new DatabaseAccess(repository, true);
  }

  /** Returns whether the database does not answer; then each further call costs seconds. */
  static boolean isUnavailable(RunRepository repository) {
    try {
      repository.ping();
      return false;
    } catch (RuntimeException | Error e) {
      return true;
    }
  }

  boolean isUnavailable() {
    return unavailable;
  }

  /** Stops saving. */
  void setUnavailable() {
    unavailable = true;
  }

  private void setUnavailable(Throwable cause) {
    unavailable = true;
    log.warn("the database is unavailable, runs wait for it: {}", reason(cause));
  }

  /** Queries the database for its identity. */
  DatabaseIdentity identify() {
    DatabaseIdentity known = repository.identity();
    if (!known.address().isEmpty() && known.uuid().isEmpty()) {
      try {
        repository.ping();
      } catch (RepositoryException e) {
        setUnavailable(e);
      }
    }
    return repository.identity();
  }

  /**
   * Saves a run; never throws. The identity of the database is compared before and after: another
   * one may come back at the same address.
   *
   * @param database the one that the run belongs to
   */
  SaveResult save(Run run, DatabaseIdentity database) {
    return save(run, database, () -> saveOrFindEnded(run));
  }

  /**
   * Saves a pending or running run that is most likely on record, unless it is; never throws.
   * {@link SaveResult#SUPERSEDED} if the run has ended on record.
   */
  SaveResult saveIfAbsent(Run begun, DatabaseIdentity database) {
    return save(
        begun,
        database,
        () -> {
          Optional<RunStatus> known = repository.find(begun.id()).map(Run::status);
          if (known.isEmpty() || known.get().canBecome(begun.status())) {
            saveOrFindEnded(begun);
            log.info("run {} is recorded: {}", begun.id(), begun.message());
          }
          return known.filter(RunStatus::isFinal).isPresent()
              ? SaveResult.SUPERSEDED
              : SaveResult.SAVED;
        });
  }

  private SaveResult save(Run run, DatabaseIdentity database, Supplier<SaveResult> save) {
    if (unavailable || !isReached(database, run)) {
      return SaveResult.DEFERRED;
    }
    SaveResult result;
    try {
      result = save.get();
    } catch (RuntimeException | Error e) { // a driver without its native part, too
      return failed(run, e);
    }
    return isReached(database, run) ? result : SaveResult.DEFERRED;
  }

  private SaveResult failed(Run run, Throwable e) {
    if (checks && isUnavailable(repository)) {
      setUnavailable(e);
      return SaveResult.DEFERRED;
    }
    log.error(
        "run {} ({}) could not be recorded in the database and stays in this host's journal: {}",
        run.id(),
        run.status().text(),
        reason(e));
    log.debug("run {} could not be recorded", run.id(), e);
    return SaveResult.REFUSED;
  }

  private SaveResult saveOrFindEnded(Run run) {
    try {
      repository.save(run);
      return SaveResult.SAVED;
    } catch (StaleRunException e) {
      return saveStartFirst(run, e);
    } catch (RepositoryException e) {
      if (!mayHaveWaited(run)) {
        throw e;
      }
      return saveStartFirst(run, e);
    }
  }

  private static boolean mayHaveWaited(Run run) {
    return run.startedAt().isAfter(run.createdAt()) || run.externalId() != null;
  }

  /** Saves an ending whose start could not be saved while the run was pending on record. */
  private SaveResult saveStartFirst(Run run, RegistryException rejection) {
    Optional<Run> known = repository.find(run.id());
    if (known.filter(recorded -> recorded.status().isFinal()).isPresent()) {
      return endedOnRecord(known.get(), run); // the first final status wins
    }
    if (known.isPresent() && run.status() == RunStatus.PENDING) {
      return SaveResult.SAVED; // its start was saved before
    }
    if (!run.status().isFinal()
        || known.map(Run::status).filter(RunStatus.PENDING::equals).isEmpty()) {
      throw rejection;
    }
    repository.save(run.beforeEnding());
    repository.save(run);
    return SaveResult.SAVED;
  }

  private static SaveResult endedOnRecord(Run recorded, Run run) {
    if (!run.status().isFinal() || run.equals(recorded)) {
      return SaveResult.SAVED;
    }
    log.warn(
        "run {} ended here as {} ({}), which is refused: it is recorded as {} ({})",
        run.id(),
        run.status().text(),
        run.message(),
        recorded.status().text(),
        recorded.message());
    return SaveResult.SUPERSEDED;
  }

  private boolean isReached(DatabaseIdentity database, Run run) {
    DatabaseIdentity here = repository.identity();
    if (database.matches(here)) {
      return true;
    }
    unavailable = true;
    log.error(
        "run {} stays in this host's journal: it is recorded in another database than the one that"
            + " is at {} now",
        run.id(),
        here.address());
    return false;
  }

  /** Returns the cause of a failure, in one line without repetition. */
  static String reason(Throwable e) {
    if (e instanceof RegistryException) { // its message includes the cause
      return String.valueOf(e.getMessage());
    }
    return e.getCause() == null ? e.toString() : e.getMessage() + " (" + e.getCause() + ")";
  }

  /** The result of saving a run in the database. */
  enum SaveResult {
    /** On record as passed; a start also if the run has ended on record. */
    SAVED,
    /** Another ending was recorded first, and stays: this one is refused for good. */
    SUPERSEDED,
    /** The database is unavailable, or is not the one that the run belongs to; to be retried. */
    DEFERRED,
    /** The database is available and rejects this run; to be retried. */
    REFUSED;

    /** Returns whether the run is on record as ended, so that it need not be saved again. */
    boolean isSettled() {
      return this == SAVED || this == SUPERSEDED;
    }
  }
}
