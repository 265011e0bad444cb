package dev.runregistry.chaos.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Everything outside of the registries: the runs, the queue of their home, the database.
 *
 * @param runs the runs
 * @param dead the processes that were killed or have exited, as a set of bits
 * @param dispatcher the process that dispatches the queue; {@link #NO_PROCESS} if none does
 * @param paused whether the queue is paused
 * @param up whether the database answers
 * @param outages how many more there will be
 * @param faults what else goes wrong
 */
record World(
    List<RunState> runs,
    int dead,
    int dispatcher,
    boolean paused,
    boolean up,
    int outages,
    Faults faults) {

  static final int NO_PROCESS = -1;

  /** Before everything. */
  static World beginning(List<RunState> runs, int outages, Faults faults) {
    return new World(runs, 0, NO_PROCESS, false, true, outages, faults);
  }

  /**
   * What else goes wrong.
   *
   * @param readable whether evidence can be read
   * @param unreadables how often more it cannot be
   * @param syncs whether the disk makes names durable
   * @param failures how often more it does not
   */
  record Faults(boolean readable, int unreadables, boolean syncs, int failures) {
    static final Faults NONE = of(0, 0);

    static Faults of(int unreadables, int failures) {
      return new Faults(true, unreadables, true, failures);
    }

    Faults withReadable(boolean is) {
      return new Faults(is, is ? unreadables : unreadables - 1, syncs, failures);
    }

    Faults withSyncs(boolean are) {
      return new Faults(readable, unreadables, are, are ? failures : failures - 1);
    }
  }

  RunState run(int index) {
    return runs.get(index);
  }

  World with(int index, RunState changed) {
    List<RunState> all = new ArrayList<>(runs);
    all.set(index, changed);
    return new World(List.copyOf(all), dead, dispatcher, paused, up, outages, faults);
  }

  World with(int index, UnaryOperator<RunState> change) {
    return with(index, change.apply(run(index)));
  }

  World withAll(UnaryOperator<RunState> change) {
    return new World(
        runs.stream().map(change).toList(), dead, dispatcher, paused, up, outages, faults);
  }

  World with(Faults changed) {
    return new World(runs, dead, dispatcher, paused, up, outages, changed);
  }

  World withDispatcher(int process) {
    return new World(runs, dead, process, paused, up, outages, faults);
  }

  World withPaused(boolean is) {
    return new World(runs, dead, dispatcher, is, up, outages, faults);
  }

  World withDatabase(boolean answers) {
    return new World(
        runs, dead, dispatcher, paused, answers, answers ? outages : outages - 1, faults);
  }

  boolean lives(int process) {
    return (dead & 1 << process) == 0;
  }

  /** The end of a process, and with it of its locks. */
  World without(int process) {
    World unlocked = withAll(run -> run.lockHolder() == process ? run.locked(NO_PROCESS) : run);
    return new World(
        unlocked.runs,
        dead | 1 << process,
        dispatcher == process ? NO_PROCESS : dispatcher,
        paused,
        up,
        outages,
        faults);
  }

  /** The same after a new process got the number of one that has ended. */
  World withNew(int process) {
    return new World(runs, dead & ~(1 << process), dispatcher, paused, up, outages, faults);
  }
}
