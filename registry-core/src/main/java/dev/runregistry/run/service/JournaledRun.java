package dev.runregistry.run.service;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import java.util.Optional;

/** The run of an entry, in its last journaled state; empty if the entry is corrupt. */
enum JournaledRun implements JournalEntry.Cases<Optional<Run>> {
  INSTANCE;

  /**
   * Returns an active or archived run as this host has it; empty if it does not, or its entry is
   * corrupt.
   *
   * @throws JournalException if the journal cannot be read now
   */
  static Optional<Run> find(RunJournal journal, RunId id) {
    return journal // in the order in which a run moves, so that it is not missed
        .read(id)
        .flatMap(entry -> entry.match(INSTANCE))
        .or(() -> journal.archived(id).map(ArchivedRun::ended));
  }

  @Override
  public Optional<Run> begun(JournalEntry.Begun entry) {
    return Optional.of(entry.running());
  }

  @Override
  public Optional<Run> submitted(JournalEntry.Submitted entry) {
    return Optional.of(entry.pending());
  }

  @Override
  public Optional<Run> ended(JournalEntry.Ended entry) {
    return Optional.of(entry.run());
  }

  @Override
  public Optional<Run> corrupt(JournalEntry.Corrupt entry) {
    return Optional.empty();
  }
}
