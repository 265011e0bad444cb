package dev.runregistry.run.port;

import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.StoredRun;

/**
 * The chain of the finished runs of a {@link RunRepository}. That appends a link in the very
 * transaction in which a run is saved that has ended, so neither is ever there without the other;
 * saving the same run again appends nothing, and no link ever changes. Safe for use by many
 * threads.
 */
public interface RunChain {
  /**
   * Reads the chain and the runs, as they were at one moment: what is saved meanwhile is not seen,
   * and waits for nothing. Changes nothing, needs a fixed amount of memory, and takes as long as
   * the runs are many.
   *
   * @throws RepositoryException if they cannot be read to the end
   */
  void read(Reader reader);

  /** What is told, one after the other, by the thread that reads. */
  interface Reader {
    /**
     * A link, in the order of the numbers.
     *
     * @param record what is stored of its run
     */
    void link(ChainLink link, StoredRun record);

    /**
     * An entry in the place of a link that no registry has written.
     *
     * @param reason a sentence
     */
    void unreadableLink(long number, String reason);

    /**
     * After all links: a finished run that has none, in no particular order.
     *
     * @param runId as it is stored, which need not be an id
     */
    void unlinked(String runId);

    /**
     * After all links: an active run whose record cannot be read, in no particular order.
     *
     * @param runId as it is stored, which need not be an id
     * @param reason a sentence
     */
    default void unreadableRun(String runId, String reason) {}
  }
}
