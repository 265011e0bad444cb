package dev.runregistry.run.port;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import java.util.Collection;
import java.util.Map;

/**
 * The requests to cancel runs in the database, by which a request reaches the host that has the
 * run. Safe for use by many threads.
 */
public interface CancelRequests {
  /**
   * Stores a request; an earlier one for the same run stays.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  void add(RunId id, CancelRequest request);

  /**
   * Returns the requests for these runs, by id; runs without one are absent. Uses one query,
   * whatever the number of ids.
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
