package dev.runregistry.run.port.host;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The hosts and homes of the runs in one database. All times are those of its clock, so that the
 * clocks of hosts need not agree. Nothing here judges a run: an unseen home only says that no
 * registry of that home reaches the database. Safe for use by many threads and many processes.
 *
 * <p>Every method throws {@link RepositoryException} if the database cannot be reached or does not
 * answer within about two seconds.
 */
public interface Hosts {
  /** The maximum number of hosts that {@link #list} returns. */
  int MAX_LISTED = 1_000;

  /**
   * Records that this home was seen now, with its present host and version, even if its last time
   * is in the future because the clock was set back. A retired host is no longer retired. May
   * delete homes that were not seen for a month and have no active runs.
   */
  void announce(Home home);

  /**
   * Returns the hosts that were announced, have active runs or are retired, by name, each with its
   * homes, last seen first; at most {@link #MAX_LISTED}, those with active runs first to be kept.
   * The active runs of a host are the running ones that started there and the pending ones that
   * wait in one of its homes. A start of one of them shows that the host was there, as an
   * announcement does.
   */
  List<KnownHost> list();

  /** Returns the host of that name; empty if it is not known. */
  Optional<KnownHost> find(String host);

  /**
   * Returns the host of an active run, if it was seen before and is not seen now; empty for an
   * ended run, and if its host is not known.
   */
  Optional<UnseenHost> unseenHostOf(Run run);

  /**
   * Records the retirement of a host together with its link in the {@link RunChain}, also if it was
   * retired before; empty if one of its homes was seen within {@link KnownHost#UNSEEN_AFTER}, and
   * then nothing is recorded. The texts may have any characters, and are returned as they were
   * given.
   *
   * @throws IllegalArgumentException if a value is outside the limits of {@link HostRetirement}
   */
  Optional<HostRetirement> retire(String host, String user, String reason);

  /**
   * Returns active runs that end with their host: running ones that started there, and pending ones
   * that wait in one of its homes; in ascending order of their ids.
   *
   * @param executors the names of the executors whose runs end with their host; runs without an
   *     executor always do
   * @param after only runs with greater ids; null for the first ones
   * @param limit the maximum number, positive
   */
  List<RunId> activeRuns(String host, Set<String> executors, @Nullable RunId after, int limit);

  /**
   * Records that these runs belong to that home, which watches them until {@link #takeOver} assigns
   * them to another one. Runs that belong to another home already keep it; a run of this home that
   * waited in its queue gets the executor.
   *
   * @param executor the executor that has them; null for runs that wait in the queue of the home
   */
  void assign(UUID home, @Nullable String executor, Collection<RunId> runs);

  /** Returns the active runs of that executor that belong to this home, in no order. */
  List<RunId> assigned(UUID home, String executor);

  /**
   * Returns active runs of that executor whose home is another one and was not seen for {@link
   * KnownHost#UNSEEN_AFTER}, in ascending order of their ids.
   *
   * @param limit the maximum number, positive
   */
  List<RunId> left(UUID home, String executor, int limit);

  /**
   * Assigns those of these runs to this home that {@link #left} would return now, and returns them.
   * Of homes that call this at once, one gets each run; a home that comes back may still watch its
   * former runs, which does no harm where the engine is the witness of an ending.
   */
  List<RunId> takeOver(UUID home, String executor, Collection<RunId> runs);
}
