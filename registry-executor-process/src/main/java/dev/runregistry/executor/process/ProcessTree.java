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
 * The processes of a run, without its supervisor: descendants, processes with the run's marker in
 * their environment, and, if the run has a session of its own, all of that session. A process that
 * was found once stays a member. Not found is only a process that lost its parent, its session and
 * its environment before the first scan.
 *
 * <p>Safe for use by many threads at once.
 */
final class ProcessTree {
  /** The resolution of the start time of a process: a tick on Linux. */
  private static final Duration RESOLUTION = Duration.ofMillis(10);

  /** The timeout for KILL; processes left after that cannot be killed. */
  private static final Duration KILLING = Duration.ofSeconds(5);

  private final ProcessTable table;
  private final ProcessIdentity supervisor;
  private final String cookie;
  private final boolean ownSession;
  private final Set<ProcessIdentity> seen = new HashSet<>();

  /**
   * Creates the tree below a supervisor.
   *
   * @param cookie the environment entry with which all its processes start
   * @param ownSession whether the supervisor leads a session
   */
  ProcessTree(ProcessTable table, ProcessIdentity supervisor, String cookie, boolean ownSession) {
    this.table = table;
    this.supervisor = supervisor;
    this.cookie = cookie;
    this.ownSession = ownSession;
  }

  /** Returns the live processes. */
  synchronized List<Entry> find() {
    List<Entry> young = table.since(supervisor.startTime());
    List<Entry> found = new ArrayList<>();
    Set<Long> parents = new HashSet<>();
    boolean gone = young.stream().noneMatch(process -> process.identity().equals(supervisor));
    boolean replaced = gone && young.stream().anyMatch(this::hasPidOfSupervisor);
    if (!gone) { // else its pid may be reused, and so its children be others
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
      // until no more descendants are found
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

  /** A pid is not reused while there is a session of that number. */
  private boolean belongs(Entry process, boolean sessionIsOurs) {
    return seen.contains(process.identity())
        || (ownSession && sessionIsOurs && process.session() == supervisor.pid())
        || (process.lives() && table.hasInEnvironment(process, cookie));
  }

  void signal(ProcessSignal signal) {
    table.signal(find(), signal.name());
  }

  /**
   * Terminates all processes: the signal, the grace period, then KILL repeatedly until none is
   * left.
   *
   * @return the result
   */
  TerminationResult end(Termination how) {
    int ended = askToEnd(how);
    Backoff pause = new Backoff(Duration.ofMillis(20));
    long giveUp = System.nanoTime() + KILLING.toNanos();
    List<Entry> left = find();
    while (!left.isEmpty() && System.nanoTime() < giveUp) {
      table.signal(left, ProcessSignal.KILL.name());
      pause.sleep();
      left = find();
    }
    return new TerminationResult(ended - left.size(), left);
  }

  /** Sends the signal once to each process; returns their number, later ones included. */
  private int askToEnd(Termination how) {
    Set<ProcessIdentity> met = new HashSet<>();
    Backoff pause = new Backoff(Duration.ofMillis(50));
    long begin = System.nanoTime();
    List<Entry> left = find();
    List<Entry> unasked = left;
    while (!left.isEmpty()) {
      left.forEach(process -> met.add(process.identity()));
      table.signal(unasked, how.signal.name());
      // a stopped process receives its signal only when it continues
      List<Entry> stopped = left.stream().filter(Entry::isStopped).toList();
      table.signal(stopped, ProcessSignal.CONT.name());
      if (System.nanoTime() - begin >= how.grace.toNanos()) {
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

  /** A younger one may be a cleanup process, started by one that received the signal. */
  private boolean isOlderThan(long nanoTime, Entry process) {
    Duration since = Duration.ofNanos(System.nanoTime() - nanoTime);
    return table.age(process.identity()).compareTo(since.plus(RESOLUTION)) > 0;
  }

  /**
   * How processes are terminated.
   *
   * @param signal what each receives first
   * @param grace the time until those that are left receive KILL
   */
  record Termination(ProcessSignal signal, Duration grace) {
    static Termination term(Duration grace) {
      return new Termination(ProcessSignal.TERM, grace);
    }
  }

  /**
   * The result of a termination.
   *
   * @param ended the number of terminated processes
   * @param survivors the processes that could not be terminated
   */
  record TerminationResult(int ended, List<Entry> survivors) {
    static final TerminationResult NOTHING = new TerminationResult(0, List.of());
  }
}
