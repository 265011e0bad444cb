package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records the archived runs of this host again that the database has lost: after an older backup
 * was restored, or the database was created anew. Used once, by one thread.
 */
final class ArchiveReplay {
  private static final Logger log = LoggerFactory.getLogger(ArchiveReplay.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final boolean adopts;
  private boolean databaseUnavailable;

  /**
   * Creates one pass.
   *
   * @param adopts whether runs of databases at other addresses are recorded here too
   */
  ArchiveReplay(RunRepository repository, RunJournal journal, boolean adopts) {
    this.repository = repository;
    this.journal = journal;
    this.adopts = adopts;
  }

  /** Returns a finding for each run that was recorded or could not be, oldest first. */
  Reconciliation run() {
    List<ReconciledRun> findings = new ArrayList<>();
    for (RunId id : journal.archived()) {
      replay(id).ifPresent(findings::add);
      if (databaseUnavailable) {
        break; // each further attempt takes seconds
      }
    }
    return new Reconciliation(findings);
  }

  private Optional<ReconciledRun> replay(RunId id) {
    try {
      return journal.archived(id).flatMap(this::replay);
    } catch (RuntimeException | LinkageError e) {
      databaseUnavailable =
          e instanceof RepositoryException && DatabaseAccess.isUnavailable(repository);
      log.warn("archived run {} cannot be recorded again: {}", id, DatabaseAccess.reason(e));
      log.debug("archived run {} cannot be recorded again", id, e);
      return Optional.of(
          ReconciledRun.of(id, Action.FAILED, "Cannot be recorded again: " + e.getMessage()));
    }
  }

  private Optional<ReconciledRun> replay(ArchivedRun archived) {
    Run ended = archived.ended();
    if (repository.find(ended.id()).filter(run -> run.status().isFinal()).isPresent()) {
      return Optional.empty(); // a finished record never changes
    }
    if (!adopts && !isAtThisAddress(archived.database())) {
      return Optional.of(
          ReconciledRun.of(
              ended.id(),
              Action.SKIPPED,
              "Recorded in %s; use --adopt to record it here too"
                  .formatted(archived.database().address())));
    }
    repository.save(ended);
    log.info("run {} is recorded again: {}", ended.id(), ended.message());
    return Optional.of(
        new ReconciledRun(
            ended.id().toString(), Action.RECORDED, ended.message(), Optional.of(ended)));
  }

  /** Compares the address only: a database that was created anew has another UUID. */
  private boolean isAtThisAddress(DatabaseIdentity database) {
    String here = repository.identity().address();
    return database.address().isEmpty() || here.isEmpty() || database.address().equals(here);
  }
}
