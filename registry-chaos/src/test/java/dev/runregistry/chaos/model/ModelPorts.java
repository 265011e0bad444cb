package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.RunState.Child;
import dev.runregistry.chaos.model.RunState.Fact;
import dev.runregistry.chaos.model.RunState.Place;
import dev.runregistry.chaos.model.Steps.Taken;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The ports of one registry onto a {@link World}, except those of the queue. What {@code inspect},
 * {@code start} and {@code cancel} do here is what the adapters do, step by step.
 */
final class ModelPorts
    implements RunRepository, RunJournal, RunExecutor, DatasetCatalog, CancelRequests {
  static final CancelRequest REQUEST = new CancelRequest("user", Samples.LATER);
  private static final String UNREADABLE = "unreadable";
  private static final String AWAY = "away";

  private final Steps steps;
  private final Mutation mutation;
  private final Role role;
  private final boolean inServer;
  private Optional<Run> kept = Optional.empty(); // of a mutation

  /**
   * Ports of the registry that takes those steps.
   *
   * @param inServer whether reconcilers are of the process that executes the run
   */
  ModelPorts(Steps steps, Mutation mutation, Role role, boolean inServer) {
    this.steps = steps;
    this.mutation = mutation;
    this.role = role;
    this.inServer = inServer;
  }

  private void change(int run, UnaryOperator<RunState> change) {
    steps.change(now -> now.with(run, change));
  }

  private <T> T ask(int run, Class<T> type, Function<RunState, T> look) {
    return steps.ask(type, now -> look.apply(now.run(run)));
  }

  private void await(int run, Predicate<RunState> possible) {
    steps.await(now -> possible.test(now.run(run)));
  }

  /** What a database answers. */
  private enum Answer {
    DONE,
    AWAY,
    STALE
  }

  @Override
  public void save(Run run) {
    if (mutation == Mutation.SETTLE_BEFORE_SAVE) {
      kept = Optional.of(run);
      return;
    }
    Answer answer = (Answer) steps.step(now -> true, now -> saved(now, run));
    if (answer == Answer.AWAY && mutation != Mutation.IGNORE_THE_OUTAGE) {
      throw away();
    }
    if (answer == Answer.STALE) {
      throw new StaleRunException("too late");
    }
  }

  private Taken saved(World now, Run run) {
    String code = Notes.code(run);
    if (!now.up()) {
      return new Taken(now, Answer.AWAY);
    }
    RunState before = now.run(Samples.index(run.id()));
    String row = row(before);
    if (row.isEmpty() || Notes.run(run.id(), row).status().canBecome(run.status())) {
      RunState after = onCopy() ? before.withOtherRow(code) : before.withRow(code);
      return new Taken(now.with(Samples.index(run.id()), after), Answer.DONE);
    }
    return new Taken(now, row.equals(code) ? Answer.DONE : Answer.STALE);
  }

  private boolean onCopy() {
    return role == Role.RECONCILE_COPY;
  }

  private String row(RunState run) {
    return onCopy() ? run.otherRow() : run.row();
  }

  @Override
  public DatabaseIdentity identity() {
    return onCopy() ? Samples.COPY : Samples.OWN;
  }

  @Override
  public void ping() {
    if (!steps.ask(Boolean.class, World::up)) {
      throw away();
    }
  }

  @Override
  public DatabaseIdentity database(RunId id) {
    requireReadable(); // the entry says the same for ever: nothing is adopted here
    return mutation == Mutation.SKIP_THE_DATABASE ? identity() : Samples.OWN;
  }

  /** Evidence; what cannot be read is no answer. */
  private <T> T read(Class<T> type, Function<World, T> look, T absent) {
    Object answer =
        steps.step(
            now -> true,
            now -> new Taken(now, now.faults().readable() ? look.apply(now) : UNREADABLE));
    if (!answer.equals(UNREADABLE)) {
      return type.cast(answer);
    }
    if (mutation == Mutation.UNREADABLE_IS_ABSENT) {
      return absent;
    }
    throw new JournalException("unreadable", new IllegalStateException("Too many open files"));
  }

  private void requireReadable() {
    read(Boolean.class, now -> true, true);
  }

  private boolean is(int run, Predicate<RunState> evidence) {
    return read(Boolean.class, now -> evidence.test(now.run(run)), false);
  }

  private boolean is(int run, Fact fact) {
    return is(run, state -> state.has(fact));
  }

  static RepositoryException away() {
    return new RepositoryException("away", new IllegalStateException("connection refused"));
  }

  @Override
  public Optional<Run> find(RunId id) {
    int run = Samples.index(id);
    String row = steps.ask(String.class, now -> now.up() ? row(now.run(run)) : AWAY);
    if (row.equals(AWAY)) {
      throw away();
    }
    if (row.isEmpty() && mutation == Mutation.SKIP_THE_START) {
      return Optional.of(Samples.running(run, false));
    }
    return row.isEmpty() ? Optional.empty() : Optional.of(Notes.run(id, row));
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    throw new UnsupportedOperationException("no engine has a queue here");
  }

  @Override
  public void start(Run running) {
    throw new UnsupportedOperationException("no engine has a queue here");
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    Notes.code(running);
    int run = Samples.index(running.id());
    change(run, now -> now.in(Place.ACTIVE).locked(steps.process()).ownedBy(steps.process()));
    if (!steps.ask(Boolean.class, now -> now.faults().syncs())) {
      change(run, this::refused);
      throw new JournalException("no sync", new IllegalStateException("Input/output error"));
    }
  }

  /** Taken back, and the caller is told. */
  private RunState refused(RunState now) {
    RunState told = now.with(Fact.REFUSED).locked(World.NO_PROCESS);
    return mutation == Mutation.KEEP_WHAT_DID_NOT_BEGIN ? told : told.in(Place.NONE);
  }

  @Override
  public void end(Run ended) {
    if (mutation != Mutation.SKIP_THE_NOTE) {
      change(
          Samples.index(ended.id()),
          now -> now.ending().isEmpty() ? now.withEnding(Notes.code(ended)) : now);
    }
  }

  @Override
  public void archive(RunId id) {
    change(Samples.index(id), now -> now.place() == Place.ACTIVE ? now.in(Place.ARCHIVED) : now);
    kept.ifPresent(run -> steps.step(now -> true, now -> saved(now, run)));
  }

  @Override
  @SuppressWarnings("unchecked")
  public List<RunId> active() {
    return (List<RunId>)
        read(
            List.class,
            now ->
                IntStream.range(0, now.runs().size())
                    .filter(run -> now.run(run).place() == Place.ACTIVE)
                    .mapToObj(Samples::id)
                    .toList(),
            List.of());
  }

  @Override
  public List<String> unrecognized() {
    return List.of();
  }

  @Override
  public boolean tryLock(RunId id) {
    if (mutation == Mutation.SKIP_THE_CLAIM) {
      return true;
    }
    int run = Samples.index(id);
    return (Boolean)
        steps.step(
            now -> true,
            now ->
                now.run(run).lockHolder() == World.NO_PROCESS
                        && now.run(run).place() == Place.ACTIVE
                    ? new Taken(now.with(run, now.run(run).locked(steps.process())), true)
                    : new Taken(now, false));
  }

  @Override
  public void unlock(RunId id) {
    change(
        Samples.index(id),
        now -> now.lockHolder() == steps.process() ? now.locked(World.NO_PROCESS) : now);
  }

  @Override
  public Optional<JournalEntry> read(RunId id) {
    int run = Samples.index(id);
    if (role == Role.CANCEL_FROM_ELSEWHERE) {
      return Optional.empty();
    }
    String ending = read(String.class, now -> isActive(now, run) ? now.run(run).ending() : "", "");
    if (!ending.isEmpty()) {
      return Optional.of(new JournalEntry.Ended(Notes.run(id, ending)));
    }
    String begun =
        read(
            String.class,
            now -> isActive(now, run) ? "" + now.run(run).has(Fact.FROM_QUEUE) : "",
            "");
    return begun.isEmpty()
        ? Optional.empty()
        : Optional.of(new JournalEntry.Begun(Samples.running(run, Boolean.parseBoolean(begun))));
  }

  private static boolean isActive(World now, int run) {
    return now.run(run).place() == Place.ACTIVE;
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    int run = Samples.index(running.id());
    boolean asks = !inServer && mutation != Mutation.SKIP_THE_CLAIM;
    if (asks && steps.ask(Boolean.class, now -> isOwnedByAnother(now, now.run(run).owner()))) {
      return new Inspection.NotVisible("another registry lives");
    }
    if (!is(run, Fact.LAUNCHING)) {
      if (is(run, Fact.WITHDRAWN)) {
        return withdrawn(run);
      }
      return new Inspection.Lost("nothing was started", Output.NONE, !is(run, Fact.VANISHED));
    }
    Optional<Inspection> found = look(run);
    if (found.isPresent()) {
      return found.get();
    }
    if (mutation == Mutation.BELIEVE_A_MARK_BEFORE_THE_BARRIER && isMarked(run)) {
      return childEnded(run);
    }
    if (mutation != Mutation.SKIP_THE_MARK) {
      change(run, now -> now.with(Fact.VANISHED));
    }
    Optional<Inspection> late =
        mutation == Mutation.SKIP_THE_SECOND_LOOK ? Optional.empty() : look(run);
    return late.orElseGet(() -> isMarked(run) ? childEnded(run) : withdrawnOrLost(run));
  }

  private Inspection withdrawnOrLost(int run) {
    if (is(run, Fact.LINE)) {
      return lost();
    }
    if (mutation == Mutation.LIFT_THE_BARRIER_BEFORE_THE_WITHDRAWAL) {
      change(run, now -> now.without(Fact.VANISHED));
    }
    change(run, RunState::withdrawn);
    return withdrawn(run);
  }

  private Inspection withdrawn(int run) {
    change(run, now -> now.without(Fact.VANISHED));
    return new Inspection.Lost("nothing was started", Output.NONE, true);
  }

  private boolean isOwnedByAnother(World now, int owner) {
    return owner != steps.process() && now.lives(owner);
  }

  private Optional<Inspection> look(int run) {
    if (mutation == Mutation.EXIT_BEFORE_PROCESSES) {
      boolean exit = is(run, Fact.EXIT);
      boolean lives = is(run, RunState::hasProcess);
      return exit
          ? Optional.of(childEnded(run))
          : lives ? Optional.of(orphaned(run)) : Optional.empty();
    }
    boolean owned = mutation != Mutation.SKIP_THE_OWNERSHIP_CHECK;
    boolean supervised = is(run, now -> now.supervisor().isSeen());
    if (is(run, Fact.EXIT)) {
      return Optional.of(childEnded(run));
    }
    if (owned && (supervised || is(run, RunState::hasProcess))) {
      return Optional.of(orphaned(run));
    }
    return Optional.empty();
  }

  private boolean isMarked(int run) {
    return is(run, now -> now.has(Fact.TIMED_OUT) || isMarkedAsCancelled(now));
  }

  private boolean isMarkedAsCancelled(RunState now) {
    return now.has(Fact.CANCEL_MARK)
        && mutation != Mutation.IGNORE_THE_CANCEL_MARK
        && (!now.has(Fact.MARKED_AFTER_EXIT) || mutation == Mutation.TRUST_A_LATE_MARK);
  }

  private Inspection orphaned(int run) {
    boolean overdue = ask(run, Boolean.class, now -> now.has(Fact.OVERDUE));
    return new Inspection.Running(Optional.of(overdue ? Duration.ofHours(9) : Duration.ZERO));
  }

  private Inspection childEnded(int run) {
    return new Inspection.Exited(outcome(run), Samples.TIME_OF_EXIT);
  }

  private RunOutcome outcome(int run) {
    Cause cause =
        read(
            Cause.class,
            now ->
                now.run(run).has(Fact.TIMED_OUT)
                    ? Cause.TIME_LIMIT
                    : isMarkedAsCancelled(now.run(run)) ? Cause.CANCELLED : Cause.ENDED,
            Cause.ENDED);
    return switch (cause) {
      case TIME_LIMIT -> timedOut();
      case CANCELLED -> cancelledRunning();
      case ENDED -> new Exited(code(run), Output.NONE);
    };
  }

  private int code(int run) {
    return ask(run, Integer.class, RunState::code);
  }

  private static TimedOut timedOut() {
    return new TimedOut(Samples.LIMIT, Output.NONE, "");
  }

  private static Cancelled cancelledRunning() {
    return new Cancelled(REQUEST.user(), Output.NONE, "");
  }

  private Inspection lost() {
    boolean putsBack = mutation == Mutation.PUT_BACK_WHAT_WAS_STARTED;
    return new Inspection.Lost("nothing is left", Output.NONE, putsBack);
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    return is(
        Samples.index(id),
        mutation == Mutation.FREE_THE_SLOT_AT_THE_END_OF_THE_MAIN_PROCESS
                || mutation == Mutation.FREE_THE_GPU_AT_THE_END_OF_THE_MAIN_PROCESS
            ? now -> now.supervisor().isSeen() || now.child() == Child.ALIVE
            : RunState::hasProcess);
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    int run = Samples.index(running.id());
    if (reason == TerminationReason.ENDED) {
      change(run, now -> killed(now, Model.ENDED_BY_REGISTRY));
      return;
    }
    if (mutation != Mutation.SKIP_THE_NOTE_OF_THE_TIMEOUT) {
      change(run, now -> now.with(Fact.TIMED_OUT));
    }
    endTree(run, Model.ENDED_BY_REGISTRY);
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    int run = Samples.index(running.id());
    boolean checks = mutation != Mutation.CANCEL_OVER_AN_ENDING;
    boolean isFirst = is(run, now -> !now.has(Fact.CANCEL_MARK));
    if (!checks || (!is(run, Fact.EXIT) && (isFirst || is(run, RunState::hasProcess)))) {
      change(
          run,
          mutation == Mutation.FORGET_THE_EARLIER_MARK ? RunState::markedAnew : RunState::marked);
      if (checks && isFirst && is(run, Fact.EXIT)) {
        change(run, RunState::unmarked);
      }
    }
    awaitChild(run);
    endTree(run, Model.CANCELLED);
    return inspect(running, workspace);
  }

  /** Until its program can start, the child ignores signals. */
  private void awaitChild(int run) {
    await(run, now -> now.child() != Child.NONE || !now.supervisor().lives());
  }

  /** Kills what lives, and waits for the supervisor, which notes what it sees. */
  private void endTree(int run, int code) {
    change(run, now -> killed(now, code));
    await(run, now -> !now.supervisor().isSeen() && now.child() != Child.ALIVE);
  }

  private static RunState killed(RunState now, int code) {
    return now.child() == Child.ALIVE ? now.with(Child.ENDED, code) : now;
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return new RuntimeStatus(true, null, "available");
  }

  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    int run = Samples.index(running.id());
    change(run, now -> now.with(Fact.LAUNCHING));
    change(run, RunState::forked);
    return new Handle(run);
  }

  /** Why an execution ends. */
  private enum Cause {
    ENDED,
    TIME_LIMIT,
    CANCELLED
  }

  /** The registry waits: another order of its own steps is not possible. */
  private final class Handle implements ExecutionHandle {
    private final int run;
    private boolean isCancelled;

    Handle(int run) {
      this.run = run;
    }

    @Override
    public CompletableFuture<ExecutionResult> result() {
      throw new UnsupportedOperationException("its thread awaits it");
    }

    @Override
    public void terminate() {
      throw new UnsupportedOperationException("no signals");
    }

    @Override
    public void cancel(CancelRequest request) {
      isCancelled = true;
    }

    @Override
    public ExecutionResult await() {
      return ExecutionResult.of(outcome(mark(isCancelled ? Cause.CANCELLED : cause())));
    }

    /** Waits for what comes first; requests to cancel the run are looked for meanwhile. */
    private Cause cause() {
      Cause cause =
          (Cause) steps.step(now -> causeNow(now) != null, now -> new Taken(now, causeNow(now)));
      if (cause == Cause.CANCELLED
          && !ask(run, Boolean.class, now -> now.has(Fact.CANCEL_REQUESTED))) {
        requestCancel(Samples.id(run), REQUEST); // so that it outlives this process
      }
      return cause;
    }

    private @Nullable Cause causeNow(World now) {
      RunState state = now.run(run);
      if (!state.supervisor().lives()) {
        return Cause.ENDED;
      }
      if (state.has(Fact.OVERDUE)) {
        return Cause.TIME_LIMIT;
      }
      boolean isRequested =
          state.has(Fact.CANCEL_REQUESTED)
              || (state.has(Fact.CANCEL_REQUESTED_IN_DATABASE) && now.up());
      return isRequested ? Cause.CANCELLED : null;
    }

    private Cause mark(Cause cause) {
      boolean checks = mutation != Mutation.CANCEL_OVER_AN_ENDING;
      if (cause == Cause.ENDED || (checks && hasChildEnded())) {
        return Cause.ENDED;
      }
      change(run, now -> cause == Cause.TIME_LIMIT ? now.with(Fact.TIMED_OUT) : now.marked());
      if (cause == Cause.CANCELLED && checks && hasChildEnded()) {
        change(run, RunState::unmarked);
        return Cause.ENDED;
      }
      return cause;
    }

    private boolean hasChildEnded() {
      return ask(
          run, Boolean.class, now -> now.child() == Child.ENDED || !now.supervisor().lives());
    }

    private RunOutcome outcome(Cause cause) {
      if (cause == Cause.CANCELLED) {
        awaitChild(run);
      }
      endTree(run, cause == Cause.CANCELLED ? Model.CANCELLED : Model.ENDED_BY_REGISTRY);
      return switch (cause) {
        case TIME_LIMIT -> timedOut();
        case CANCELLED -> cancelledRunning();
        case ENDED ->
            ask(run, Boolean.class, now -> now.has(Fact.EXIT))
                ? new Exited(code(run), Output.NONE)
                : new Lost("Lost: its supervisor was killed before it ended", Output.NONE);
      };
    }
  }

  @Override
  public String name() {
    return Runs.EXECUTOR;
  }

  @Override
  public boolean requestCancel(RunId id, CancelRequest request) {
    if (steps.isForeign()) {
      return false;
    }
    int run = Samples.index(id);
    return (Boolean)
        steps.step(
            now -> true,
            now ->
                isActive(now, run)
                    ? new Taken(now.with(run, this::requested), true)
                    : new Taken(now, false));
  }

  private RunState requested(RunState now) {
    return mutation == Mutation.CANCEL_IN_MEMORY_ONLY ? now : now.with(Fact.CANCEL_REQUESTED);
  }

  @Override
  public Optional<CancelRequest> cancelRequest(RunId id) {
    if (steps.isForeign() || mutation == Mutation.FORGET_THE_CANCEL_OF_A_DEAD_OWNER) {
      return Optional.empty();
    }
    int run = Samples.index(id);
    return is(run, now -> now.place() == Place.ACTIVE && now.has(Fact.CANCEL_REQUESTED))
        ? Optional.of(REQUEST)
        : Optional.empty();
  }

  @Override
  public void add(RunId id, CancelRequest request) {
    int run = Samples.index(id);
    Answer answer =
        (Answer)
            steps.step(
                now -> true,
                now ->
                    now.up()
                        ? new Taken(
                            now.with(run, now.run(run).with(Fact.CANCEL_REQUESTED_IN_DATABASE)),
                            Answer.DONE)
                        : new Taken(now, Answer.AWAY));
    if (answer == Answer.AWAY) {
      throw away();
    }
  }

  @Override
  public Map<RunId, CancelRequest> newest(int limit) {
    return find(List.of(Samples.id(0), Samples.id(1)));
  }

  @Override
  public Map<RunId, CancelRequest> find(Collection<RunId> ids) {
    if (steps.isForeign()) {
      return Map.of();
    }
    List<?> requested =
        steps.ask(
            List.class,
            now ->
                now.up()
                    ? ids.stream()
                        .filter(
                            id ->
                                Samples.index(id) < now.runs().size()
                                    && now.run(Samples.index(id))
                                        .has(Fact.CANCEL_REQUESTED_IN_DATABASE))
                        .toList()
                    : List.of(AWAY));
    if (requested.contains(AWAY)) {
      throw away();
    }
    Map<RunId, CancelRequest> found = new HashMap<>();
    requested.forEach(id -> found.put((RunId) id, REQUEST));
    return found;
  }

  @Override
  public RunPage list(RunQuery query) {
    throw new UnsupportedOperationException("the scenarios list no runs");
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    throw new UnsupportedOperationException("the scenarios look up no runs");
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    throw new UnsupportedOperationException("the scenarios look up no runs");
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    throw new UnsupportedOperationException("the scenarios look up no runs");
  }

  @Override
  public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
    throw new UnsupportedOperationException("no training");
  }

  @Override
  public Optional<Path> workspace(RunId id) {
    return Optional.of(Path.of("workspace"));
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    throw new UnsupportedOperationException("the scenarios read no output");
  }

  @Override
  public void withdraw(RunId id) {
    throw new UnsupportedOperationException("no keys");
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    // the entry says the same for ever
  }

  @Override
  public void discardStaged() {
    // nothing is staged here
  }

  @Override
  public void probe() {
    throw new UnsupportedOperationException("the scenarios do not query it");
  }

  @Override
  public List<RunId> archived() {
    throw new UnsupportedOperationException("nothing is replayed");
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    if (role == Role.CANCEL_FROM_ELSEWHERE) {
      return Optional.empty();
    }
    String ending =
        ask(
            Samples.index(id),
            String.class,
            now -> now.place() == Place.ARCHIVED ? now.ending() : "");
    return ending.isEmpty()
        ? Optional.empty()
        : Optional.of(new ArchivedRun(Notes.run(id, ending), Samples.OWN));
  }

  @Override
  public int countAwaitingRepository(DatabaseIdentity database) {
    throw new UnsupportedOperationException("the scenarios do not query it");
  }

  @Override
  public Dataset find(DatasetKey key) {
    throw new UnsupportedOperationException("no training");
  }

  @Override
  public int validateRecords(Dataset dataset, int limit) {
    throw new UnsupportedOperationException("no training");
  }

  @Override
  public DatasetPage list(String after, int limit) {
    throw new UnsupportedOperationException("no training");
  }

  @Override
  public String quarantine(String name) {
    throw new UnsupportedOperationException("nothing is damaged");
  }
}
