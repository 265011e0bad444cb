package dev.runregistry.run.port;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stores runs for ever. Safe for use by many threads and many processes at once; each call is one
 * transaction and returns only when its changes are durable. Times are stored to the microsecond,
 * texts exactly.
 *
 * <p>Every method throws {@link RepositoryException} if the database cannot be reached or does not
 * answer within about two seconds. After that of {@link #save} it is unknown whether the save took
 * place: it is safe to repeat it.
 */
public interface RunRepository {
  /**
   * Stores the run: a new one in any status, or the next legal state of the stored one ({@link
   * dev.runregistry.run.RunStatus#canBecome}). Saving the same run again changes nothing and is no
   * error, so a replay is always safe.
   *
   * @throws StaleRunException if the stored run can no longer become this one: another ending is on
   *     record, or a later state; nothing is changed
   */
  void save(Run run);

  /**
   * Checks that the database answers, and changes nothing. When this returns, runs can be queried;
   * cheaper than a page where the store supports it.
   */
  default void ping() {
    list(RunQuery.all().withLimit(1));
  }

  /**
   * Returns the identity of this database, without a connection and at any time; throws nothing.
   * The address is always set and never changes; the UUID is set as soon as another call of this
   * repository has reached the database, and is that of the database it reached last.
   */
  DatabaseIdentity identity();

  /** Returns the run, equal to the one that was last saved; empty if there is none with that id. */
  Optional<Run> find(RunId id);

  /**
   * Returns a page of summaries in the order of the query; runs of the same microsecond are ordered
   * by id, as its bytes are. Never reads the output. If the page is from a window ({@link
   * RunQuery#isWindowed}), at most {@link RunQuery#WINDOW} runs are examined, or more where that
   * costs nothing; {@link RunPage#searchedTo} says how far.
   */
  RunPage list(RunQuery query);

  /**
   * Returns the time and the status of the newest runs that meet the filter, at most {@link
   * RunQuery#WINDOW}; with an unindexed filter, those among the newest {@link RunQuery#WINDOW} that
   * meet the times and one of the conditions. Never reads more runs than that, nor their output.
   */
  default RunSample sample(RunFilter filter) {
    List<RunSample.Entry> runs = new ArrayList<>();
    RunQuery query = RunQuery.all().withFilter(filter).withLimit(RunQuery.MAX_LIMIT);
    while (true) {
      RunPage page = list(query);
      page.runs().forEach(run -> runs.add(new RunSample.Entry(run.createdAt(), run.status())));
      if (!page.hasNext() || runs.size() >= RunQuery.WINDOW) {
        return new RunSample(runs, page.next().isEmpty());
      }
      query = query.withAfter(page.next().orElseThrow());
    }
  }

  /**
   * Returns the ids with this prefix, the largest first, as their bytes are: of ids that begin with
   * their time, the newest.
   *
   * @param limit the maximum number, positive; two are enough to test whether a prefix is unique
   */
  List<RunId> findIds(RunIdPrefix prefix, int limit);

  /**
   * Returns the ids with this suffix, newest run first. Reads all ids, in several statements, each
   * of which is short.
   *
   * @param limit the maximum number, positive; the search ends when it is reached
   */
  List<RunId> findIds(RunIdSuffix suffix, int limit);

  /**
   * Returns the stored ids directly before and after each of these, as their bytes are ordered; as
   * far as there are any. They determine how short an id can be written.
   *
   * @param ids stored ones, at most {@link RunQuery#MAX_LIMIT}; others have no neighbours
   */
  Set<RunId> neighbours(Collection<RunId> ids);
}
