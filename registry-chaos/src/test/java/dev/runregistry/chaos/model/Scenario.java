package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.RunState.Fact;
import dev.runregistry.chaos.model.RunState.Place;
import dev.runregistry.run.queue.QueueLimits;
import java.util.List;

/**
 * What one exploration begins with, and what can happen in it.
 *
 * @param beginning the world before everything
 * @param roles of the processes, by their number
 * @param isOverdue whether a run may come to its time limit
 * @param isInServer whether reconcilers are of the process that executes the run
 * @param kills whether supervisors and children are killed, too
 * @param limits of the queue
 */
record Scenario(
    World beginning,
    List<Role> roles,
    boolean isOverdue,
    boolean isInServer,
    boolean kills,
    QueueLimits limits) {
  private static final QueueLimits ONE_SLOT = new QueueLimits(1, 10, List.of());
  private static final QueueLimits ONE_GPU = new QueueLimits(2, 10, List.of("gpu"));

  /** One run that is not queued, and the processes with these roles. */
  static Scenario of(Role... roles) {
    return new Scenario(
        World.beginning(List.of(RunState.NONE), 0, World.Faults.NONE),
        List.of(roles),
        false,
        false,
        true,
        ONE_SLOT);
  }

  /** That number of runs that wait in the queue and are on record. */
  Scenario withWaiting(int runs) {
    RunState waiting = RunState.NONE;
    for (Fact fact : List.of(Fact.FROM_QUEUE, Fact.ACCEPTED, Fact.RECORDED)) {
      waiting = waiting.with(fact);
    }
    RunState first = waiting.in(Place.QUEUED).withRow(Notes.code(Samples.pending(0)));
    Notes.code(Samples.pending(1));
    return withBeginning(
        World.beginning(
            runs == 1 ? List.of(first) : List.of(first, first),
            beginning.outages(),
            beginning.faults()));
  }

  /** The same, in which the database goes away so many times. */
  Scenario withOutages(int number) {
    return withBeginning(World.beginning(beginning.runs(), number, beginning.faults()));
  }

  Scenario withFaults(World.Faults faults) {
    return withBeginning(beginning.with(faults));
  }

  /** The queue is paused, and resumed at any moment. */
  Scenario paused() {
    return withBeginning(beginning.withPaused(true));
  }

  /** Each child leaves a process behind that cannot be terminated. */
  Scenario withLeftovers() {
    return withBeginning(beginning.withAll(run -> run.with(Fact.LEAVES_A_PROCESS)));
  }

  /** There are two slots, and one GPU, which each run needs. */
  Scenario withOneGpu() {
    return new Scenario(beginning, roles, isOverdue, isInServer, kills, ONE_GPU);
  }

  Scenario withTimeLimit() {
    return new Scenario(beginning, roles, true, isInServer, kills, limits);
  }

  Scenario inServer() {
    return new Scenario(beginning, roles, isOverdue, true, kills, limits);
  }

  /** Only registries are killed. */
  Scenario withoutKilledProcesses() {
    return new Scenario(beginning, roles, isOverdue, isInServer, false, limits);
  }

  private Scenario withBeginning(World changed) {
    return new Scenario(changed, roles, isOverdue, isInServer, kills, limits);
  }

  boolean has(Role role) {
    return roles.contains(role);
  }

  boolean hasQueue() {
    return has(Role.DISPATCH);
  }
}
