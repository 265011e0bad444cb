package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.World.Child;
import dev.runregistry.chaos.model.World.Folder;
import dev.runregistry.chaos.model.World.Supervisor;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.Runs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Explores every order of steps of one registry that carries out one run, of two that reconcile, of
 * the supervisor and of the child, with each of them killed and the database away at any moment. In
 * every state that can be reached it lets everything come back and looks whether the record is
 * true. The registries are the real code; only their ports are a model.
 */
final class Model {
  static final Duration LIMIT = Duration.ofSeconds(30);
  static final Run RUNNING;
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("x")).withTimeLimit(LIMIT);
  private static final int RUNNER = 0;
  private static final int COPY = 2;
  private static final int OWN_CODE = 7;
  static final int ENDED_BY_REGISTRY = 143;
  private static final int KILLED = 137;

  static {
    RunId id = Runs.id();
    RUNNING = Run.started(id, REQUEST.toSpec(id), Runs.EXECUTOR, Runs.NOON);
  }

  private final Mutation mutation;
  private final int outages;
  private final boolean overdue;
  private final boolean inServer;
  private final boolean withCopy;
  private final World.Faults faults;
  private final Map<State, Origin> seen = new HashMap<>();
  private final Deque<State> open = new ArrayDeque<>();

  /**
   * A model in which that goes wrong.
   *
   * @param outages how often the database goes away
   * @param overdue whether the run may come to its limit
   * @param inServer whether a server reconciles its own runs
   */
  Model(Mutation mutation, int outages, boolean overdue, boolean inServer) {
    this(mutation, outages, overdue, inServer, false, World.Faults.NONE);
  }

  /**
   * The same, in which more goes wrong.
   *
   * @param withCopy whether the last reconciler uses a copy of the database
   */
  Model(
      Mutation mutation,
      int outages,
      boolean overdue,
      boolean inServer,
      boolean withCopy,
      World.Faults faults) {
    this.withCopy = withCopy;
    this.faults = faults;
    this.mutation = mutation;
    this.outages = outages;
    this.overdue = overdue;
    this.inServer = inServer;
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
    State first =
        new State(World.beginning(outages, faults), List.of(Actor.FRESH, Actor.FRESH, Actor.FRESH));
    reach(first, new Origin(Optional.empty(), "the beginning"));
    while (!open.isEmpty()) {
      State state = open.removeLast();
      Optional<String> flaw = new Recovery(state, mutation, withCopy).flaw();
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

  private Map<String, State> moves(State state) {
    Map<String, State> moves = new LinkedHashMap<>();
    for (int actor = 0; actor < state.actors().size(); actor++) {
      addMovesOf(actor, state, moves);
    }
    World now = state.world();
    ofProcesses(now).forEach((move, next) -> moves.put(move, new State(next, state.actors())));
    if (now.up() && now.outages() > 0) {
      moves.put("database away", new State(now.withDatabase(false), state.actors()));
    }
    if (!now.up()) {
      moves.put("database back", new State(now.withDatabase(true), state.actors()));
    }
    World.Faults wrong = now.faults();
    if (wrong.readable() && wrong.unreadables() > 0) {
      moves.put("unreadable", new State(now.with(wrong.withReadable(false)), state.actors()));
    }
    if (!wrong.readable()) {
      moves.put("readable", new State(now.with(wrong.withReadable(true)), state.actors()));
    }
    if (wrong.syncs() && wrong.failures() > 0) {
      moves.put("disk fails", new State(now.with(wrong.withSyncs(false)), state.actors()));
    }
    if (!wrong.syncs()) {
      moves.put("disk works", new State(now.with(wrong.withSyncs(true)), state.actors()));
    }
    if (overdue && !now.overdue() && now.child() == Child.ALIVE) {
      moves.put("time passes", new State(now.withOverdue(), state.actors()));
    }
    return moves;
  }

  private void addMovesOf(int actor, State state, Map<String, State> moves) {
    Actor does = state.actors().get(actor);
    if (!does.alive()) {
      return;
    }
    moves.put("kill " + actor, state.with(actor, killed(state.world(), actor), Actor.DEAD));
    if (!does.finished()) {
      ModelPorts ports =
          new ModelPorts(
              state.world(),
              actor,
              mutationOf(actor),
              inServer,
              withCopy && actor == COPY,
              does.answers(),
              1);
      run(actor, ports);
      if (!ports.isBlocked()) {
        boolean finished = !ports.isHalted();
        moves.put(
            "step of " + actor,
            state.with(
                actor,
                ports.world(),
                finished ? Actor.FINISHED : new Actor(true, false, ports.answers())));
      }
    }
  }

  /** The one that carries the run out makes one mistake only: the one that others cannot make. */
  private Mutation mutationOf(int actor) {
    return actor != RUNNER || mutation == Mutation.KEEP_WHAT_DID_NOT_BEGIN
        ? mutation
        : Mutation.NONE;
  }

  private static World killed(World world, int actor) {
    World after = world.claimant() == actor ? world.withClaimant(World.NOBODY) : world;
    return actor == RUNNER ? after.withoutRunner() : after;
  }

  private static void run(int actor, ModelPorts ports) {
    RunRegistry registry =
        RunRegistry.builder()
            .repository(ports)
            .journal(ports)
            .executor(ports)
            .catalog(ports)
            .ids(RUNNING::id)
            .clock(times())
            .build();
    try {
      if (actor == RUNNER) {
        registry.submit(REQUEST);
      } else {
        registry.reconcile();
      }
    } catch (JournalException e) {
      // it cannot begin, or cannot be looked at: that is an end of it, too
    } catch (Halt e) {
      // as far as it may go
    }
  }

  private static InstantSource times() {
    Deque<Instant> times = new ArrayDeque<>(List.of(Runs.NOON, ModelPorts.endSeenByRunner()));
    return times::removeFirst;
  }

  /** What supervisor and child can do next, and what can be done to them. */
  static Map<String, World> ofProcesses(World now) {
    Map<String, World> moves = new LinkedHashMap<>(onTheirOwn(now));
    if (now.supervisor().lives()) {
      moves.put("kill supervisor", now.with(Supervisor.GONE));
    }
    if (now.child() == Child.ALIVE) {
      moves.put("kill child", now.with(Child.ENDED, KILLED));
    }
    return moves;
  }

  /** What supervisor and child do when they are left alone. */
  static Map<String, World> onTheirOwn(World now) {
    Map<String, World> moves = new LinkedHashMap<>();
    switch (now.supervisor()) {
      case FORKED -> // its line cannot be written when the folder has gone
          moves.put(
              "supervisor writes its line",
              now.with(now.folder() == Folder.ACTIVE ? Supervisor.LINED : Supervisor.GONE));
      case LINED ->
          moves.put(
              "supervisor starts the child",
              now.vanished()
                  ? now.with(Supervisor.GONE)
                  : now.with(Supervisor.WAITING).with(Child.ALIVE, 0));
      case WAITING -> {
        if (now.child() == Child.ENDED) {
          moves.put("supervisor sees the end", now.with(Supervisor.SAW_THE_END));
        }
      }
      case SAW_THE_END -> // and cannot either when the folder has gone
          moves.put(
              "supervisor notes the exit code",
              (now.folder() == Folder.ACTIVE ? now.withExit() : now).with(Supervisor.GONE));
      case NONE, GONE -> {}
    }
    if (now.child() == Child.ALIVE) {
      moves.put("child ends", now.with(Child.ENDED, OWN_CODE));
    }
    return moves;
  }

  /** Everything comes back: whoever was at work is killed, then others reconcile. */
  private record Recovery(State from, Mutation mutation, boolean withCopy) {
    private static final int PASSES = 3;

    Optional<String> flaw() {
      World now = from.world();
      for (int actor = 0; actor < from.actors().size(); actor++) {
        now = killed(now, actor);
      }
      if (!now.up()) {
        now = now.withDatabase(true);
      }
      now = now.with(now.faults().withReadable(true));
      Optional<String> early = flawWhile(now);
      if (early.isPresent()) {
        return early;
      }
      if (withCopy) {
        now = reconciled(now, true);
      }
      now = reconciled(now, false);
      early = flawWhile(now).or(flawOfStart(now));
      if (early.isPresent()) {
        return early;
      }
      for (int pass = 0; pass < PASSES; pass++) {
        now = reconciled(alone(now), withCopy && pass == 0);
      }
      return flawAfter(now);
    }

    private static World alone(World now) {
      World at = now;
      Map<String, World> moves = onTheirOwn(at);
      while (!moves.isEmpty()) {
        at = moves.values().iterator().next();
        moves = onTheirOwn(at);
      }
      return at;
    }

    private World reconciled(World now, boolean onCopy) {
      ModelPorts ports =
          new ModelPorts(now, 9, mutation, false, onCopy, List.of(), Integer.MAX_VALUE);
      run(9, ports);
      return ports.isHalted()
          ? reconciled(alone(ports.world().withClaimant(World.NOBODY)), onCopy)
          : ports.world();
    }

    /** While a run lives and the database is up, it is on record. */
    private static Supplier<Optional<String>> flawOfStart(World now) {
      return () ->
          now.child() == Child.ALIVE && now.row().isEmpty()
              ? Optional.of("a run that lives is on no list")
              : Optional.empty();
    }

    /** Of what must hold at any moment. */
    private static Optional<String> flawWhile(World now) {
      boolean ended = now.isRowFinal() || !now.note().isEmpty();
      if (ended && now.child() == Child.ALIVE) {
        return Optional.of("a run that lives was declared dead");
      }
      if (now.folder() == Folder.DONE && !now.isRowFinal()) {
        return Optional.of("a run was settled and is not on record");
      }
      if (!now.faults().otherRow().isEmpty()) {
        return Optional.of("a run is on record in a database that it does not belong to");
      }
      return Optional.empty();
    }

    private static Optional<String> flawAfter(World now) {
      if (now.faults().refused() && !(now.row().isEmpty() && now.folder() == Folder.NONE)) {
        return Optional.of("nothing was started, was said, and a run is on record");
      }
      if (now.folder() == Folder.NONE) {
        return now.row().isEmpty()
            ? Optional.empty()
            : Optional.of("what never began is on record");
      }
      if (!now.isRowFinal()) {
        return Optional.of("a run that ended is shown as running or was lost");
      }
      if (!now.row().startsWith(truth(now))) {
        return Optional.of("the record says " + now.row() + " and the truth is " + truth(now));
      }
      if (now.folder() != Folder.DONE) {
        return Optional.of("a run that is on record stays in the journal");
      }
      if (!now.note().equals(now.row())) {
        return Optional.of("the journal says " + now.note() + " and the record " + now.row());
      }
      return flawWhile(now);
    }

    /** How the message begins that the record has to have. */
    private static String truth(World now) {
      boolean ended = now.exit() && now.code() == ENDED_BY_REGISTRY; // for no other reason here
      if (now.timedOut() || ended) {
        return "Timed out";
      }
      return now.exit() ? "Failed with exit code " + now.code() : "Lost";
    }
  }
}
