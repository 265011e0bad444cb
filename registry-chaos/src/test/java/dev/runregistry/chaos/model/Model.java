package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.RunState.Child;
import dev.runregistry.chaos.model.RunState.Fact;
import dev.runregistry.chaos.model.RunState.Place;
import dev.runregistry.chaos.model.RunState.Supervisor;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.InlineDispatch;
import dev.runregistry.run.service.RunRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Explores every order of the steps of the registries of a {@link Scenario}, of the supervisors and
 * of the children, with each of them killed and the database away at any moment. In every state
 * that can be reached it lets everything come back and looks whether the records are true. The
 * registries are the real code; only their ports are a model. Runs of the queue have one slot, or
 * two and one GPU, so that at most one of them executes; a dispatcher executes one after the other.
 */
final class Model {
  static final int ENDED_BY_REGISTRY = 143;
  static final int CANCELLED = 130;
  private static final int OWN_CODE = 7;
  static final int KILLED = 137;

  private final Scenario scenario;
  private final Mutation mutation;
  private final Map<State, Origin> seen = new HashMap<>();
  private final List<State> open = new ArrayList<>();
  private final Map<World, Optional<String>> judged = new HashMap<>();

  /** A model of that scenario, whose registries do something wrong. */
  Model(Scenario scenario, Mutation mutation) {
    this.scenario = scenario;
    this.mutation = mutation;
  }

  /** What a registry has done so far. */
  record Actor(boolean alive, boolean finished, List<Object> answers) {
    static final Actor FRESH = new Actor(true, false, List.of());
    static final Actor DEAD = new Actor(false, true, List.of());
    static final Actor FINISHED = new Actor(true, true, List.of());
  }

  /** Everything at one moment. */
  record State(World world, List<Actor> actors) {
    State with(int actor, World after, Actor changed) {
      List<Actor> all = new ArrayList<>(actors);
      all.set(actor, changed);
      return new State(after, List.copyOf(all));
    }
  }

  /** How a state was reached. */
  private record Origin(Optional<State> before, String move) {}

  /** Explores all; returns how it came to the first state that is wrong, empty if none is. */
  Optional<String> firstFlaw() {
    return firstFlaw(Integer.MAX_VALUE);
  }

  /**
   * Explores at most so many states; of those that are reached, the next one is picked at random,
   * from the same seed each time.
   */
  Optional<String> firstFlaw(int limit) {
    Random random = new Random(1);
    int explored = 0;
    State first =
        new State(scenario.beginning(), Collections.nCopies(scenario.roles().size(), Actor.FRESH));
    reach(first, new Origin(Optional.empty(), "the beginning"));
    while (!open.isEmpty() && explored < limit) {
      explored++;
      int last = open.size() - 1;
      if (limit < Integer.MAX_VALUE) {
        Collections.swap(open, random.nextInt(open.size()), last);
      }
      State state = open.remove(last);
      Optional<String> flaw =
          judged.computeIfAbsent(
              allKilled(state.world()), world -> new Recovery(this, world).flaw());
      if (flaw.isPresent()) {
        return Optional.of(flaw.get() + " after " + path(state) + ": " + state.world());
      }
      moves(state).forEach((move, next) -> reach(next, new Origin(Optional.of(state), move)));
    }
    return Optional.empty();
  }

  int states() {
    return seen.size();
  }

  /** Whether no state is left that was reached and not looked at. */
  boolean isComplete() {
    return open.isEmpty();
  }

  Scenario scenario() {
    return scenario;
  }

  private void reach(State state, Origin origin) {
    if (seen.putIfAbsent(state, origin) == null) {
      open.add(state);
    }
  }

  private List<String> path(State end) {
    Deque<String> moves = new ArrayDeque<>();
    Optional<State> at = Optional.of(end);
    while (at.isPresent()) {
      Origin origin = seen.get(at.get());
      moves.addFirst(origin.move);
      at = origin.before;
    }
    return List.copyOf(moves);
  }

  private World allKilled(World now) {
    World killed = now;
    for (int actor = 0; actor < scenario.roles().size(); actor++) {
      killed = killed.without(actor);
    }
    return killed;
  }

  private Map<String, State> moves(State state) {
    Map<String, State> moves = new LinkedHashMap<>();
    for (int actor = 0; actor < state.actors().size(); actor++) {
      addMovesOf(actor, state, moves);
    }
    World now = state.world();
    Map<String, World> changes = new LinkedHashMap<>(ofProcesses(now));
    if (now.up() && now.outages() > 0) {
      changes.put("database away", now.withDatabase(false));
    }
    if (!now.up()) {
      changes.put("database back", now.withDatabase(true));
    }
    World.Faults wrong = now.faults();
    if (wrong.readable() && wrong.unreadables() > 0) {
      changes.put("unreadable", now.with(wrong.withReadable(false)));
    }
    if (!wrong.readable()) {
      changes.put("readable", now.with(wrong.withReadable(true)));
    }
    if (wrong.syncs() && wrong.failures() > 0) {
      changes.put("disk fails", now.with(wrong.withSyncs(false)));
    }
    if (!wrong.syncs()) {
      changes.put("disk works", now.with(wrong.withSyncs(true)));
    }
    if (now.paused()) {
      changes.put("queue resumed", now.withPaused(false));
    }
    changes.forEach((move, world) -> moves.put(move, new State(world, state.actors())));
    return moves;
  }

  private void addMovesOf(int actor, State state, Map<String, State> moves) {
    Actor does = state.actors().get(actor);
    if (!does.alive()) {
      return;
    }
    Role role = scenario.roles().get(actor);
    String name = role + " " + actor;
    moves.put("kill " + name, state.with(actor, state.world().without(actor), Actor.DEAD));
    boolean isKnown = role != Role.CANCEL || state.world().run(0).place() != Place.NONE;
    if (!does.finished() && isKnown) {
      Steps steps = new Steps(state.world(), actor, does.answers(), 1);
      World after = run(role, steps);
      if (!steps.isBlocked()) {
        moves.put("step of " + name, stepped(state, actor, steps, after));
      }
    }
  }

  /** A process that has nothing more to do exits, except the one that others take for the owner. */
  private State stepped(State state, int actor, Steps steps, World after) {
    if (steps.isHalted()) {
      return state.with(actor, after, new Actor(true, false, steps.answers()));
    }
    return scenario.roles().get(actor) == Role.RUN
        ? state.with(actor, after, Actor.FINISHED)
        : state.with(actor, after.without(actor), Actor.DEAD);
  }

  /** The one that executes a run that is not queued makes only mistakes that others cannot make. */
  private Mutation mutationOf(Role role) {
    return switch (mutation) {
      case KEEP_WHAT_DID_NOT_BEGIN, CANCEL_OVER_AN_ENDING, CANCEL_IN_MEMORY_ONLY -> mutation;
      default -> role == Role.RUN || role == Role.CANCEL_FROM_ELSEWHERE ? Mutation.NONE : mutation;
    };
  }

  /** Takes the steps; returns the world after them. */
  World run(Role role, Steps steps) {
    ModelPorts ports = new ModelPorts(steps, mutationOf(role), role, scenario.isInServer());
    RunRegistry registry = registry(role, steps, ports);
    try {
      return done(role, registry, steps);
    } catch (JournalException | RepositoryException e) {
      // it cannot begin, or cannot be read: that is an end of it, too
    } catch (Halt e) {
      // as far as it may go
    }
    return steps.world();
  }

  private RunRegistry registry(Role role, Steps steps, ModelPorts ports) {
    RunRegistry.Builder builder =
        RunRegistry.builder()
            .repository(ports)
            .journal(ports)
            .executor(ports)
            .catalog(ports)
            .ids(() -> Samples.id(0))
            .clock(clock(role));
    if (scenario.hasQueue() && role != Role.CANCEL_FROM_ELSEWHERE) {
      ModelQueue queue = new ModelQueue(steps, mutationOf(role), scenario.limits().gpus());
      builder.queue(queue, queue, scenario.limits().max());
    }
    if (scenario.has(Role.CANCEL_FROM_ELSEWHERE)
        && mutationOf(role) != Mutation.FORGET_THE_CANCEL_FROM_ELSEWHERE) {
      builder.cancelRequests(ports);
    }
    return builder.build();
  }

  private static InstantSource clock(Role role) {
    if (role == Role.SUBMIT) {
      return () -> Samples.ACCEPTED;
    }
    if (role != Role.RUN) {
      return () -> Samples.LATER;
    }
    Deque<Instant> times = new ArrayDeque<>(List.of(Samples.ACCEPTED, Samples.LATER));
    return times::removeFirst;
  }

  private World done(Role role, RunRegistry registry, Steps steps) {
    switch (role) {
      case RUN -> registry.submit(Samples.REQUEST);
      case RECONCILE, RECONCILE_COPY -> registry.reconcile();
      case DISPATCH -> InlineDispatch.once(registry, scenario.limits());
      case SUBMIT -> {
        registry.enqueue(
            Samples.id(0), Samples.REQUEST, Samples.options(0, scenario.limits().gpus().size()));
        return told(steps, Fact.ACCEPTED);
      }
      case CANCEL, CANCEL_FROM_ELSEWHERE -> {
        CancelResult result = registry.cancel(Samples.id(0), ModelPorts.REQUEST.user());
        if (result.isRequested()) {
          return told(steps, Fact.CANCEL_ACCEPTED);
        }
        if (result.kind() != CancelResult.Kind.ALREADY_FINAL) {
          return told(steps, Fact.CALLED_UNKNOWN);
        }
      }
    }
    return steps.world();
  }

  private static World told(Steps steps, Fact answer) {
    return steps.world().with(0, run -> run.with(answer));
  }

  /** What supervisors and children can do next, and what can be done to them. */
  private Map<String, World> ofProcesses(World now) {
    Map<String, World> moves = new LinkedHashMap<>(onTheirOwn(now, true));
    for (int run = 0; run < now.runs().size(); run++) {
      RunState state = now.run(run);
      if (scenario.kills() && state.supervisor().lives()) {
        moves.put("kill supervisor " + run, now.with(run, state.with(Supervisor.GONE)));
      }
      if (scenario.kills() && state.child() == Child.ALIVE) {
        moves.put("kill child " + run, now.with(run, state.with(Child.ENDED, KILLED)));
      }
      if (scenario.isOverdue() && !state.has(Fact.OVERDUE) && state.child() == Child.ALIVE) {
        moves.put("time passes " + run, now.with(run, state.with(Fact.OVERDUE)));
      }
    }
    return moves;
  }

  /**
   * What the processes of runs do when they are left alone.
   *
   * @param leftovers whether also those do that a child left behind
   */
  Map<String, World> onTheirOwn(World now, boolean leftovers) {
    Map<String, World> moves = new LinkedHashMap<>();
    for (int run = 0; run < now.runs().size(); run++) {
      int index = run;
      onItsOwn(now.run(run), leftovers)
          .forEach((move, change) -> moves.put(move + " " + index, now.with(index, change)));
    }
    return moves;
  }

  private Map<String, UnaryOperator<RunState>> onItsOwn(RunState run, boolean leftovers) {
    Map<String, UnaryOperator<RunState>> moves = new LinkedHashMap<>();
    boolean hasDirectory = run.place() == Place.ACTIVE;
    switch (run.supervisor()) {
      case FORKED -> // its file cannot be opened when the directory has gone
          moves.put(
              "supervisor opens its file",
              now -> now.with(hasDirectory ? Supervisor.OPENED : Supervisor.GONE));
      case OPENED ->
          moves.put(
              "supervisor writes its line", now -> now.with(Supervisor.LINED).with(Fact.LINE));
      case LINED ->
          moves.put(
              "supervisor looks whether its start is forbidden",
              now -> now.with(isForbidden(now) ? Supervisor.GONE : Supervisor.PASSED));
      case PASSED -> // nor is the file where it was
          moves.put(
              "supervisor starts the child",
              now -> hasDirectory ? withChild(now) : now.with(Supervisor.GONE));
      case WAITING -> {
        if (run.child() == Child.ENDED) {
          moves.put("supervisor sees the end", now -> now.with(Supervisor.SAW_THE_END));
        }
      }
      case SAW_THE_END -> // and cannot either when the directory has gone
          moves.put(
              "supervisor notes the exit code",
              now -> (hasDirectory ? now.with(Fact.EXIT) : now).with(Supervisor.GONE));
      case NONE, GONE -> {}
    }
    addMovesOfLate(run, moves);
    if (run.child() == Child.ALIVE) {
      moves.put("child ends", now -> now.with(Child.ENDED, OWN_CODE));
    }
    if (leftovers && run.has(Fact.LEFTOVER) && run.child() == Child.ENDED) {
      moves.put("process left behind ends", now -> now.without(Fact.LEFTOVER));
    }
    return moves;
  }

  /** What supervisors of withdrawn attempts do. */
  private void addMovesOfLate(RunState run, Map<String, UnaryOperator<RunState>> moves) {
    boolean hasDirectory = run.place() == Place.ACTIVE;
    if (run.has(Fact.LATE_FORKED)) { // another attempt has another number
      boolean starts =
          mutation == Mutation.IGNORE_THE_NUMBER_OF_THE_ATTEMPT
              && hasDirectory
              && run.has(Fact.LAUNCHING)
              && !run.has(Fact.VANISHED);
      moves.put("late supervisor opens a file", now -> after(Fact.LATE_FORKED, now, starts));
    }
    if (run.has(Fact.LATE_OPENED)) {
      moves.put(
          "late supervisor writes its line",
          now -> now.without(Fact.LATE_OPENED).with(Fact.LATE_LINED));
    }
    if (run.has(Fact.LATE_LINED)) {
      moves.put(
          "late supervisor looks whether its start is forbidden",
          now ->
              isForbidden(now)
                  ? now.without(Fact.LATE_LINED)
                  : now.without(Fact.LATE_LINED).with(Fact.LATE_PASSED));
    }
    if (run.has(Fact.LATE_PASSED)) {
      boolean starts = mutation == Mutation.IGNORE_THE_WITHDRAWAL && hasDirectory;
      moves.put("late supervisor looks for its file", now -> after(Fact.LATE_PASSED, now, starts));
    }
  }

  private static RunState after(Fact late, RunState now, boolean starts) {
    return starts ? now.without(late).with(Fact.STARTED_LATE) : now.without(late);
  }

  private static boolean isForbidden(RunState now) {
    return now.place() == Place.ACTIVE && now.has(Fact.VANISHED);
  }

  private static RunState withChild(RunState now) {
    RunState started = now.with(Supervisor.WAITING).with(Child.ALIVE, 0);
    return now.has(Fact.LEAVES_A_PROCESS) ? started.with(Fact.LEFTOVER) : started;
  }
}
