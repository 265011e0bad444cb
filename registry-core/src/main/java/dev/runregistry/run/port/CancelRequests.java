package dev.runregistry.run.port;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import java.util.Collection;
import java.util.Map;

/**
 * The requests to cancel runs in the database, by which a request reaches the host that has the
 * run. The run need not be on record. Times have microseconds, and the name of a user may have any
 * characters. Safe for use by many threads and many processes.
 */
public interface CancelRequests {
  /**
   * Stores a request; an earlier one for the same run stays, and of several at once exactly one
   * does.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  void add(RunId id, CancelRequest request);

  /**
   * Returns the requests for these runs, by id; runs without one are absent. Uses one query for
   * tens of thousands of ids, too.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  Map<RunId, CancelRequest> find(Collection<RunId> ids);

  /**
   * Returns the newest requests, by id of their runs, which may have ended.
   *
   * @param limit the maximum number of requests, at least 1
   * @throws RepositoryException if the database cannot be reached
   */
  Map<RunId, CancelRequest> newest(int limit);
}
