package dev.runregistry.run.port;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;

/**
 * The host's own durable note of each run, written before anything else, so that no run gets lost
 * with the registry or the database. Safe for use by many threads and many processes at once.
 */
public interface RunJournal {
  /**
   * Notes that the run starts. When this returns, a crash of the process or of the host no longer
   * loses the run.
   *
   * @throws JournalException if the note cannot be written; nothing has been started and nothing is
   *     left behind
   */
  void begin(Run running);

  /**
   * Writes the configuration of a training beside the note, as the HTTP contract describes it.
   *
   * @throws JournalException if it cannot be written
   */
  void configure(Run running, Dataset dataset);

  /**
   * Notes how the run ended, durably; noting the same ending again changes nothing.
   *
   * @throws JournalException if the note cannot be written; the run can still be settled
   */
  void end(Run ended);

  /**
   * The repository has the ended run: it needs no more attention. Its full output stays readable.
   *
   * @throws JournalException if that cannot be noted; the run will be looked at again
   */
  void settle(RunId id);
}
