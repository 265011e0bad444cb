package dev.runregistry.run.port;

import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.StoredRun;
import java.util.Iterator;

/**
 * The chain of the finished runs of a {@link RunRepository} and of the retirements of hosts. The
 * repository appends a link in the transaction that saves a finished run, so neither exists without
 * the other; saving the same run again appends nothing, nor does saving an ending that is refused,
 * and no link ever changes. Of different endings of a run that are saved at once, the one on record
 * is linked. {@link dev.runregistry.run.port.host.Hosts#retire} does the same.
 *
 * <p>Links are numbered from 1 without gaps, in the order in which the endings were recorded, and
 * each has the digest of the one before it. The digest of a run is that of the run as it is found
 * afterwards, whatever its texts contain. Safe for use by many threads and many processes.
 */
public interface RunChain {
  /**
   * Reads the chain and the runs from one snapshot: concurrent saves are not seen and not waited
   * for. Changes nothing, needs a fixed amount of memory, and takes time in proportion to the
   * number of runs.
   *
   * @throws RepositoryException if they cannot be read to the end
   */
  void read(Visitor visitor);

  /**
   * Appends finished runs and retirements of another chain with their links as they are, in one
   * transaction: all or none. Each link has to be the next one of this chain. Needs a fixed amount
   * of memory. What the iterator throws is thrown, and nothing is appended.
   *
   * @param entries read one after the other, on this thread
   * @return the head of this chain afterwards
   * @throws StaleRunException if a run or retirement is on record already, or a link does not
   *     follow; nothing is appended
   * @throws RepositoryException if the database cannot be reached, or refuses an entry; nothing is
   *     appended, unless the connection broke during the commit
   * @throws UnsupportedOperationException if this chain can only be read
   */
  default ChainHead append(Iterator<ChainEntry> entries) {
    throw new UnsupportedOperationException("this chain can only be read");
  }

  /** Receives the entries, one after the other, on the reading thread. */
  interface Visitor {
    /**
     * Receives a link, in the order of the numbers.
     *
     * @param record the stored record of its run or retirement
     */
    void link(ChainLink link, StoredRun record);

    /**
     * Receives an entry in the place of a link that no registry has written.
     *
     * @param reason a sentence
     */
    void unreadableLink(long number, String reason);

    /**
     * Receives, after all links, a finished run that has none, in no particular order.
     *
     * @param runId as it is stored, which need not be an id
     */
    void unchained(String runId);

    /**
     * Receives, after all links, a retirement of a host that has none, in no particular order.
     *
     * @param id as it is stored, which need not be a UUID
     */
    default void unchainedRetirement(String id) {}

    /**
     * Receives, after all links, an active run whose record cannot be read, in no particular order.
     *
     * @param runId as it is stored, which need not be an id
     * @param reason a sentence
     */
    default void unreadableRun(String runId, String reason) {}
  }
}
