package dev.runregistry.cli.doctor;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.queue.QueueStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Checks the journal: what waits, what is damaged, and whether the queue goes on. */
final class JournalChecks {
  private static final String JOURNAL = "journal";
  private static final String QUEUE = "queue";

  private final FileRunJournal home;
  private final DatabaseIdentity database;
  private final Consumer<Finding> found;

  /**
   * Creates the checks.
   *
   * @param database the database that is configured, with its UUID if that is known
   */
  JournalChecks(FileRunJournal home, DatabaseIdentity database, Consumer<Finding> found) {
    this.home = home;
    this.database = database;
    this.found = found;
  }

  /**
   * Runs the checks.
   *
   * @param isRecording whether the database can record now
   */
  void run(boolean isRecording) {
    try {
      boolean waits = waiting(isRecording);
      boolean isDamaged = damaged();
      boolean isElsewhere = elsewhere();
      if (!waits && !isDamaged && !isElsewhere) {
        found.accept(
            Finding.ok(
                JOURNAL,
                "%d runs are active, none waits or is damaged".formatted(home.activeRuns())));
      }
    } catch (JournalException e) {
      found.accept(
          Finding.error(
              JOURNAL, String.valueOf(e.getMessage()), "check the permissions of the home"));
    }
  }

  private boolean waiting(boolean isRecording) {
    int endings = home.countAwaitingRepository(database);
    if (endings > 0) {
      found.accept(
          Finding.warning(
              JOURNAL,
              "endings that are not on record yet: %d".formatted(endings),
              isRecording
                  ? "'registry reconcile' records them, and reports those that are refused"
                  : "they are recorded when the database answers"));
    }
    return endings > 0;
  }

  private boolean damaged() {
    long entries =
        home.unrecognized().size() + home.active().stream().filter(this::isDamaged).count();
    int quarantined = home.quarantined().size();
    if (entries > 0) {
      found.accept(
          Finding.warning(
              JOURNAL,
              "active entries that are damaged: %d".formatted(entries),
              "'registry reconcile' moves them into runs/damaged"));
    }
    if (quarantined > 0) {
      found.accept(
          Finding.warning(
              JOURNAL,
              "entries that were damaged, in %s: %d"
                  .formatted(home.folder().resolve("runs/damaged"), quarantined),
              "check the disk; delete them once they are of no use"));
    }
    return entries > 0 || quarantined > 0;
  }

  private boolean isDamaged(RunId id) {
    try {
      Optional<JournalEntry> entry = home.read(id);
      return entry.filter(JournalEntry.Corrupt.class::isInstance).isPresent();
    } catch (JournalException e) {
      found.accept(
          Finding.error(JOURNAL, String.valueOf(e.getMessage()), "check the disk of the home"));
      return false;
    }
  }

  private boolean elsewhere() {
    List<RunId> others =
        home.active().stream().filter(id -> !home.database(id).matches(database)).toList();
    if (!others.isEmpty()) {
      found.accept(
          Finding.warning(
              JOURNAL,
              "active runs that belong to another database: %d".formatted(others.size()),
              "'registry reconcile' names it; --adopt takes them over, if that database has moved"));
    }
    return !others.isEmpty();
  }

  /** Checks the queue. */
  void queue(Supplier<QueueStatus> status) {
    try {
      QueueStatus queue = status.get();
      String depth = "%d runs wait".formatted(queue.depth());
      if (queue.paused()) {
        found.accept(
            Finding.warning(
                QUEUE, depth + ", and it is paused", "'registry queue resume' goes on"));
      } else if (queue.depth() > 0 && !queue.dispatching()) {
        found.accept(
            Finding.warning(
                QUEUE,
                depth + ", and no process starts them",
                "'registry queue resume' or 'registry serve' does"));
      } else {
        found.accept(Finding.ok(QUEUE, depth));
      }
    } catch (JournalException e) {
      found.accept(
          Finding.error(
              QUEUE, String.valueOf(e.getMessage()), "check the permissions of the home"));
    }
  }
}
