package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Output;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.StaleRunException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.RunStanding;
import dev.runregistry.run.service.Finding.Action;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at every run that is not settled. The journal says what there is; what that means is
 * decided here. Used once, by one thread.
 */
final class Settlement {
  private static final Logger log = LoggerFactory.getLogger(Settlement.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack;
  private final Predicate<RunId> isStartUnsaved;
  private final boolean adopts;
  private DatabaseIdentity here;
  private boolean databaseAway;

  /**
   * For one look.
   *
   * @param giveBack see {@link RunJournal#discardUnbegun}
   * @param isStartUnsaved returns whether this process carries that run out and has yet to save its
   *     start
   * @param adopts whether runs of other databases are taken over
   */
  Settlement(
      RunRepository repository,
      RunJournal journal,
      BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack,
      Predicate<RunId> isStartUnsaved,
      boolean adopts) {
    this.repository = repository;
    this.journal = journal;
    this.giveBack = giveBack;
    this.isStartUnsaved = isStartUnsaved;
    this.adopts = adopts;
    here = repository.identity();
  }

  Reconciliation ofAll() {
    discardUnbegun();
    List<RunId> unsettled = journal.unsettled();
    if (!unsettled.isEmpty()) {
      identify();
    }
    List<Finding> findings = new ArrayList<>();
    for (RunId id : unsettled) {
      of(id).ifPresent(findings::add);
    }
    for (String name : journal.foreign()) {
      findings.add(ofForeign(name));
    }
    return new Reconciliation(findings);
  }

  private void discardUnbegun() {
    try {
      journal.discardUnbegun(giveBack);
    } catch (RuntimeException e) { // in nobody's way
      log.debug("what never began cannot be removed", e);
    }
  }

  /**
   * Finds out which database this is: as long as its id is not known, nothing is saved, because it
   * may be another one than the run belongs to.
   */
  private void identify() {
    if (here.address().isEmpty() || here.uuid().isPresent()) {
      return;
    }
    try {
      repository.ping();
    } catch (RepositoryException e) {
      away(e);
    }
    here = repository.identity();
  }

  private void away(RepositoryException e) {
    databaseAway = true;
    log.warn("the database is away, runs wait for it: {}", Endings.reason(e));
  }

  /** One that fails never keeps the others from being settled. */
  private Optional<Finding> of(RunId id) {
    try {
      return journal.claim(id) ? ofClaimed(id) : ofOther(id);
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(failed(id, e));
    }
  }

  /** Of a run that another thread or process has claimed. */
  private Optional<Finding> ofOther(RunId id) {
    return isStartUnsaved.test(id)
        ? waiting(id, "Is carried out, and its start waits for the database")
        : leftAlone(id, "A registry is at it");
  }

  private Optional<Finding> ofClaimed(RunId id) {
    try {
      DatabaseIdentity database = journal.database(id);
      if (database.matches(here)) {
        return journal.standing(id).match(new Judgement(id, true));
      }
      return adopts ? adopted(id) : leftAlone(id, recordedIn(database));
    } finally {
      journal.release(id);
    }
  }

  private String recordedIn(DatabaseIdentity database) {
    return database.address().equals(here.address())
        ? "Recorded in another database that was at "
            + database.address()
            + "; restore it or use reconcile --adopt"
        : "Recorded in %s; use --db %s or reconcile --adopt"
            .formatted(database.address(), database.address());
  }

  /** From now on the run belongs to this database, unless nobody here can judge it. */
  private Optional<Finding> adopted(RunId id) {
    if (databaseAway) {
      return waiting(id, "Cannot be adopted: waits for the database");
    }
    RunStanding standing = journal.standing(id);
    if (!(standing instanceof RunStanding.Carried || standing instanceof RunStanding.Elsewhere)) {
      journal.bind(id, here);
    }
    return standing.match(new Judgement(id, true));
  }

  private Finding ofForeign(String name) {
    try {
      return Finding.of(name, Action.SET_ASIDE, "Is no run; now in " + journal.setAside(name));
    } catch (RuntimeException e) {
      return failed(name, e);
    }
  }

  private static Finding failed(Object name, Throwable e) {
    log.warn("{} cannot be settled and will be looked at again: {}", name, Endings.reason(e));
    log.debug("{} cannot be settled", name, e);
    return Finding.of(name, Action.FAILED, "Cannot be settled: " + e.getMessage());
  }

  private static Optional<Finding> waiting(RunId id, String why) {
    return Optional.of(Finding.of(id, Action.WAITING, why));
  }

  private static Optional<Finding> leftAlone(RunId id, String why) {
    return Optional.of(Finding.of(id, Action.LEFT_ALONE, why));
  }

  /** Whether the database has an ending of the run now, this one or an earlier one. */
  private boolean record(Run ended) {
    if (databaseAway) { // each try costs seconds then
      return false;
    }
    try {
      repository.save(ended);
      requireSameDatabase();
      return true;
    } catch (StaleRunException e) {
      if (onRecord(ended.id()).filter(run -> run.status().isFinal()).isEmpty()) {
        throw e;
      }
      return true; // it was recorded before, and what is on record never changes
    } catch (RepositoryException e) {
      requireAway(ended.id(), e);
      return false;
    }
  }

  /** Notes that the database is away; throws the failure again if it is about that run. */
  private void requireAway(RunId id, RepositoryException e) {
    if (answers(id)) {
      throw e;
    }
    away(e);
  }

  /** Another one may have come back at the same address; then nothing more is done in this look. */
  private void requireSameDatabase() {
    if (!repository.identity().matches(here)) {
      databaseAway = true;
      throw new JournalException(
          "another database is at " + here.address() + " now", new IllegalStateException());
    }
  }

  /**
   * Puts a run on record that goes on: its registry may have died before it could.
   *
   * @return whether it is on record; false if the database is away
   */
  private boolean isStartRecorded(Run running) {
    boolean before = journal.database(running.id()).uuid().isPresent();
    if (databaseAway) {
      return before;
    }
    try {
      if (onRecord(running.id()).isEmpty()) {
        repository.save(running);
        log.info("run {} is on record now: {}", running.id(), running.message());
      }
      requireSameDatabase();
      if (here.uuid().isPresent() && !before) {
        journal.bind(running.id(), here);
      }
      return true;
    } catch (StaleRunException e) {
      return true; // its ending is on record
    } catch (RepositoryException e) {
      requireAway(running.id(), e);
      return before;
    }
  }

  private Optional<Run> onRecord(RunId id) {
    return repository.find(id);
  }

  private boolean answers(RunId id) {
    try {
      onRecord(id);
      return true;
    } catch (RepositoryException e) {
      return false;
    }
  }

  /** What is done in each case. */
  private final class Judgement implements RunStanding.Cases<Optional<Finding>> {
    private final RunId id;
    private final boolean first;

    /**
     * For one look at one run.
     *
     * @param first whether this is the first look, after which it may be ended
     */
    Judgement(RunId id, boolean first) {
      this.id = id;
      this.first = first;
    }

    @Override
    public Optional<Finding> settled() {
      return Optional.empty();
    }

    @Override
    public Optional<Finding> carried(RunStanding.Carried standing) {
      return leftAlone(id, "Is carried out by " + standing.by());
    }

    @Override
    public Optional<Finding> elsewhere(RunStanding.Elsewhere standing) {
      return leftAlone(id, "Cannot be judged from here: it was started " + standing.where());
    }

    @Override
    public Optional<Finding> orphaned(RunStanding.Orphaned standing) {
      if (!standing.isOverdue()) {
        String goesOn = "Goes on without the registry that started it";
        return isStartRecorded(standing.running())
            ? leftAlone(id, goesOn)
            : waiting(id, goesOn + ", and its start waits for the database");
      }
      if (!first) {
        return leftAlone(id, "Is over its time limit and cannot be ended");
      }
      log.info("run {} has no registry any more and is over its time limit: it is ended", id);
      journal.timeOut(standing.running());
      return journal.standing(id).match(new Judgement(id, false));
    }

    @Override
    public Optional<Finding> ended(RunStanding.Ended standing) {
      return settle(standing.ended());
    }

    @Override
    public Optional<Finding> childEnded(RunStanding.ChildEnded standing) {
      journal.sweep(standing.running());
      return end(standing.running(), standing.outcome(), standing.at());
    }

    @Override
    public Optional<Finding> vanished(RunStanding.Vanished standing) {
      // also when nothing was started: it is not known when the registry died
      RunOutcome lost = new Lost("Lost: " + standing.known(), standing.output());
      return end(standing.running(), lost, standing.running().startedAt());
    }

    @Override
    public Optional<Finding> damaged(RunStanding.Damaged standing) {
      Optional<Run> running =
          onRecord(id).filter(run -> run.status() == RunStatus.RUNNING); // else it stays so
      running.ifPresent(
          run ->
              repository.save(
                  run.finish(
                      new Lost("Lost: this host's note of it is damaged", Output.NONE),
                      run.startedAt())));
      String place = journal.setAside(id.toString());
      log.warn("the note of run {} is damaged ({}) and now in {}", id, standing.reason(), place);
      return Optional.of(
          Finding.of(
              id, Action.SET_ASIDE, "Is damaged: " + standing.reason() + "; now in " + place));
    }

    /** Noted before it is recorded, so that it ends once whatever happens in between. */
    private Optional<Finding> end(Run running, RunOutcome outcome, Instant at) {
      Run ended = running.finish(outcome, at);
      journal.end(ended);
      return settle(ended);
    }

    private Optional<Finding> settle(Run ended) {
      if (!record(ended)) {
        return found(ended, Action.WAITING, "Waits for the database: " + ended.message());
      }
      journal.settle(id);
      log.info("run {} is on record now: {}", id, ended.message());
      return found(ended, Action.RECORDED, ended.message());
    }

    private Optional<Finding> found(Run ended, Action action, String message) {
      return Optional.of(new Finding(id.toString(), action, message, Optional.of(ended)));
    }
  }
}
