package dev.runregistry.executor.process;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.internal.host.ProcessTable.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that a run has started, but for its supervisor: descendants, whatever carries the
 * run's cookie in its environment, and, where the run has a session of its own, all in there. What
 * was seen once stays a part of it. Out of reach is only what has lost its parent, its session and
 * its environment before anybody looked.
 *
 * <p>Safe for use by many threads at once.
 */
final class ProcessTree {
  /** Of the start time of a process: a tick on Linux. */
  private static final Duration RESOLUTION = Duration.ofMillis(10);

  /** How long to go on killing before giving up; what is left then cannot be killed. */
  private static final Duration KILLING = Duration.ofSeconds(5);

  private final ProcessTable table;
  private final ProcessIdentity supervisor;
  private final String cookie;
  private final boolean ownSession;
  private final Set<ProcessIdentity> seen = new HashSet<>();

  /**
   * The tree below a supervisor.
   *
   * @param cookie the entry in the environment that all of it begins with
   * @param ownSession whether the supervisor leads a session
   */
  ProcessTree(ProcessTable table, ProcessIdentity supervisor, String cookie, boolean ownSession) {
    this.table = table;
    this.supervisor = supervisor;
    this.cookie = cookie;
    this.ownSession = ownSession;
  }

  /** Those that live now. */
  synchronized List<Entry> find() {
    List<Entry> young = table.since(supervisor.startTime());
    List<Entry> found = new ArrayList<>();
    Set<Long> parents = new HashSet<>();
    boolean gone = young.stream().noneMatch(process -> process.identity().equals(supervisor));
    boolean replaced = gone && young.stream().anyMatch(this::hasPidOfSupervisor);
    if (!gone) { // else its pid may be another's, and so its children
      parents.add(supervisor.pid());
    }
    List<Entry> rest =
        young.stream()
            .filter(process -> !hasPidOfSupervisor(process))
            .filter(process -> process.identity().pid() != ProcessHandle.current().pid())
            .toList();
    List<Entry> others = new ArrayList<>();
    for (Entry process : rest) {
      (belongs(process, !replaced) ? found : others).add(process);
    }
    found.forEach(process -> parents.add(process.identity().pid()));
    while (others.removeIf(process -> isChild(process, parents, found))) {
      // until no more descendants turn up
    }
    found.removeIf(process -> !process.lives());
    found.forEach(process -> seen.add(process.identity()));
    return found;
  }

  private static boolean isChild(Entry process, Set<Long> parents, List<Entry> found) {
    if (!parents.contains(process.parent())) {
      return false;
    }
    parents.add(process.identity().pid());
    found.add(process);
    return true;
  }

  private boolean hasPidOfSupervisor(Entry process) {
    return process.identity().pid() == supervisor.pid();
  }

  /** A pid is not given away while there is a session of that number. */
  private boolean belongs(Entry process, boolean sessionIsOurs) {
    return seen.contains(process.identity())
        || (ownSession && sessionIsOurs && process.session() == supervisor.pid())
        || (process.lives() && table.hasInEnvironment(process, cookie));
  }

  void signal(ProcessSignal signal) {
    table.signal(find(), signal.name());
  }

  /**
   * Ends all of it: TERM, time to tidy up, KILL, again and again until nothing is left.
   *
   * @return what happened
   */
  Ending end(Duration grace) {
    int ended = askToEnd(grace);
    Backoff pause = new Backoff(Duration.ofMillis(20));
    long giveUp = System.nanoTime() + KILLING.toNanos();
    List<Entry> left = find();
    while (!left.isEmpty() && System.nanoTime() < giveUp) {
      table.signal(left, ProcessSignal.KILL.name());
      pause.sleep();
      left = find();
    }
    return new Ending(ended - left.size(), left);
  }

  /** Sends TERM once to each that was there; returns how many there were, later ones included. */
  private int askToEnd(Duration grace) {
    Set<ProcessIdentity> met = new HashSet<>();
    Backoff pause = new Backoff(Duration.ofMillis(50));
    long begin = System.nanoTime();
    List<Entry> left = find();
    List<Entry> unasked = left;
    while (!left.isEmpty()) {
      left.forEach(process -> met.add(process.identity()));
      table.signal(unasked, ProcessSignal.TERM.name());
      // a stopped one gets its TERM only when it goes on
      List<Entry> stopped = left.stream().filter(Entry::isStopped).toList();
      table.signal(stopped, ProcessSignal.CONT.name());
      if (System.nanoTime() - begin >= grace.toNanos()) {
        break;
      }
      pause.sleep();
      left = find();
      unasked =
          left.stream()
              .filter(process -> !met.contains(process.identity()))
              .filter(process -> isOlderThan(begin, process))
              .toList();
    }
    return met.size();
  }

  /** A younger one may be what tidies up, started by one that was asked to end. */
  private boolean isOlderThan(long nanoTime, Entry process) {
    Duration since = Duration.ofNanos(System.nanoTime() - nanoTime);
    return table.age(process.identity()).compareTo(since.plus(RESOLUTION)) > 0;
  }

  /**
   * What became of a tree.
   *
   * @param ended how many processes were ended
   * @param survivors what could not be ended
   */
  record Ending(int ended, List<Entry> survivors) {
    static final Ending NOTHING = new Ending(0, List.of());
  }
}
