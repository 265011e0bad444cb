package dev.runregistry.run.port;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.util.List;
import java.util.Optional;

/**
 * Keeps runs for ever. Safe for use by many threads and many processes at once; each call is one
 * transaction and returns only when what it did is durable. Times are kept to the microsecond,
 * texts to the character.
 *
 * <p>Every method throws {@link RepositoryException} when the database cannot be reached or does
 * not answer within about two seconds. After that of {@link #save} it is unknown whether the save
 * took place: repeat it, it is safe.
 */
public interface RunRepository {
  /**
   * Stores the run: a new one in whatever status it has, or the next legal state of the stored one
   * ({@link dev.runregistry.run.RunStatus#canBecome}). Saving the same run again changes nothing
   * and is no error, so a replay is always safe.
   *
   * @throws StaleRunException if the stored run can no longer become this one: another ending is on
   *     record, or it has moved past this state; nothing is changed
   */
  void save(Run run);

  /**
   * Asks for a sign of life and changes nothing. When this returns, runs can be asked for; it costs
   * less than a page where the store knows something cheaper.
   */
  default void ping() {
    page(RunQuery.all().withLimit(1));
  }

  /**
   * Returns which database this is, without a connection and at any time; throws nothing. The
   * address is always there and never changes; the UUID is there as soon as another call of this
   * repository has reached the database, and is that of the database it reached last.
   */
  DatabaseIdentity identity();

  /** The run as it was last saved, equal to it; empty if there is none with that id. */
  Optional<Run> find(RunId id);

  /**
   * A page of summaries, newest {@code createdAt} first; runs of the same microsecond in a fixed
   * order that is the store's own. Never reads the output.
   */
  RunPage page(RunQuery query);

  /**
   * The ids that begin like this, in no particular order.
   *
   * @param limit how many at most, positive; two are enough to see whether a prefix is unique
   */
  List<RunId> findIds(RunIdPrefix prefix, int limit);
}
