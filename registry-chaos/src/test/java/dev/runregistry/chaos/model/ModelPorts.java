package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.World.Child;
import dev.runregistry.chaos.model.World.Folder;
import dev.runregistry.chaos.model.World.Supervisor;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.port.TerminationReason;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The ports of one registry onto a {@link World}, one atomic step at a time: the steps taken before
 * are answered from memory, one more is taken, and at the next one the registry is halted. What
 * {@code standing} and {@code execute} do here is what the adapters do, step by step.
 */
final class ModelPorts implements RunRepository, RunJournal, RunExecutor, DatasetCatalog {
  private static final Instant SEEN_BY_RUNNER = Runs.NOON.plusSeconds(1);
  private static final Instant TIME_OF_EXIT = Runs.NOON.plusSeconds(2);
  private static final String ONE_STEP = "";
  private static final String UNREADABLE = "unreadable";
  private static final DatabaseIdentity OWN =
      new DatabaseIdentity("own", Optional.of(new UUID(0, 1)));
  private static final DatabaseIdentity COPY =
      new DatabaseIdentity("copy", Optional.of(new UUID(0, 1)));

  private final int process;
  private final Mutation mutation;
  private final boolean inServer;
  private final boolean onCopy;
  private final List<Object> answers;
  private final int stepsLeftAtStart;
  private World world;
  private int cursor;
  private int stepsLeft;
  private boolean halted;
  private boolean blocked;
  private Optional<Run> kept = Optional.empty(); // of a mutation

  /**
   * Ports onto that world.
   *
   * @param process who looks through them
   * @param inServer whether reconcilers are of the process that carries the run out
   * @param onCopy whether the database is a copy of the one that the run belongs to
   * @param answers to the steps that were taken before
   * @param steps how many more may be taken
   */
  ModelPorts(
      World world,
      int process,
      Mutation mutation,
      boolean inServer,
      boolean onCopy,
      List<Object> answers,
      int steps) {
    this.world = world;
    this.process = process;
    this.mutation = mutation;
    this.inServer = inServer;
    this.onCopy = onCopy;
    this.answers = new ArrayList<>(answers);
    stepsLeftAtStart = steps;
    stepsLeft = steps;
  }

  World world() {
    return world;
  }

  List<Object> answers() {
    return List.copyOf(answers);
  }

  boolean isHalted() {
    return halted;
  }

  /** Whether no step could be taken, because the next one has to wait for something. */
  boolean isBlocked() {
    return blocked && stepsLeft == stepsLeftAtStart;
  }

  static Instant endSeenByRunner() {
    return SEEN_BY_RUNNER;
  }

  private <T> T ask(Class<T> type, Function<World, T> look) {
    return type.cast(step(now -> true, now -> new Taken(now, look.apply(now))));
  }

  private void change(Function<World, World> change) {
    step(now -> true, now -> new Taken(change.apply(now), ONE_STEP));
  }

  private Object step(Predicate<World> possible, Function<World, Taken> action) {
    if (cursor < answers.size()) {
      return answers.get(cursor++);
    }
    if (halted || stepsLeft == 0) {
      halted = true;
      throw new Halt();
    }
    if (!possible.test(world)) {
      halted = true;
      blocked = true;
      throw new Halt();
    }
    stepsLeft--;
    cursor++;
    Taken taken = action.apply(world);
    world = taken.world;
    answers.add(taken.answer);
    return taken.answer;
  }

  /** A step that was taken. */
  private record Taken(World world, Object answer) {}

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
    Answer answer = (Answer) step(now -> true, now -> saved(now, run));
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
    String row = row(now);
    if (row.isEmpty() || Notes.run(row).status().canBecome(run.status())) {
      return new Taken(
          onCopy ? now.with(now.faults().withOtherRow(code)) : now.withRow(code), Answer.DONE);
    }
    return new Taken(now, row.equals(code) ? Answer.DONE : Answer.STALE);
  }

  private String row(World now) {
    return onCopy ? now.faults().otherRow() : now.row();
  }

  @Override
  public DatabaseIdentity identity() {
    return onCopy ? COPY : OWN;
  }

  @Override
  public void ping() {
    if (!ask(Boolean.class, World::up)) {
      throw away();
    }
  }

  @Override
  public DatabaseIdentity database(RunId id) {
    requireReadable(); // the entry says the same for ever: nothing is adopted here
    return mutation == Mutation.SKIP_THE_DATABASE ? identity() : OWN;
  }

  /** Evidence; what cannot be read is no answer. */
  private <T> T read(Class<T> type, Function<World, T> look, T absent) {
    Object answer =
        step(
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

  private boolean is(Predicate<World> evidence) {
    return read(Boolean.class, evidence::test, false);
  }

  private static RepositoryException away() {
    return new RepositoryException("away", new IllegalStateException("connection refused"));
  }

  @Override
  public Optional<Run> find(RunId id) {
    String row = ask(String.class, now -> now.up() ? row(now) : "away");
    if (row.equals("away")) {
      throw away();
    }
    if (row.isEmpty() && mutation == Mutation.SKIP_THE_START) {
      return Optional.of(Model.RUNNING);
    }
    return row.isEmpty() ? Optional.empty() : Optional.of(Notes.run(row));
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    Notes.code(running);
    change(now -> now.with(Folder.ACTIVE).withClaimant(process));
    if (!ask(Boolean.class, now -> now.faults().syncs())) {
      change(this::refused);
      throw new JournalException("no sync", new IllegalStateException("Input/output error"));
    }
  }

  /** Taken back, and the caller is told. */
  private World refused(World now) {
    World told = now.with(now.faults().withRefused()).withClaimant(World.NOBODY);
    return mutation == Mutation.KEEP_WHAT_DID_NOT_BEGIN ? told : told.with(Folder.NONE);
  }

  @Override
  public void end(Run ended) {
    if (mutation != Mutation.SKIP_THE_NOTE) {
      change(now -> now.note().isEmpty() ? now.withNote(Notes.code(ended)) : now);
    }
  }

  @Override
  public void archive(RunId id) {
    change(now -> now.folder() == Folder.ACTIVE ? now.with(Folder.DONE) : now);
    kept.ifPresent(run -> step(now -> true, now -> saved(now, run)));
  }

  @Override
  public List<RunId> active() {
    return is(now -> now.folder() == Folder.ACTIVE) ? List.of(Model.RUNNING.id()) : List.of();
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
    return (Boolean)
        step(
            now -> true,
            now ->
                now.claimant() == World.NOBODY && now.folder() == Folder.ACTIVE
                    ? new Taken(now.withClaimant(process), true)
                    : new Taken(now, false));
  }

  @Override
  public void unlock(RunId id) {
    change(now -> now.claimant() == process ? now.withClaimant(World.NOBODY) : now);
  }

  @Override
  public Optional<JournalEntry> read(RunId id) {
    String note = read(String.class, World::note, "");
    if (!note.isEmpty()) {
      return Optional.of(new JournalEntry.Ended(Notes.run(note)));
    }
    return is(now -> now.folder() == Folder.ACTIVE)
        ? Optional.of(new JournalEntry.Begun(Model.RUNNING))
        : Optional.empty();
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    boolean asks = !inServer && mutation != Mutation.SKIP_THE_CLAIM;
    if (asks && ask(Boolean.class, World::runnerLives)) {
      return new Inspection.NotVisible("another registry lives");
    }
    if (!is(World::launching)) {
      return lost();
    }
    Optional<Inspection> found = look();
    if (found.isPresent()) {
      return found.get();
    }
    if (mutation != Mutation.SKIP_THE_MARK) {
      change(World::withVanished);
    }
    return mutation == Mutation.SKIP_THE_SECOND_LOOK ? lost() : look().orElseGet(this::lost);
  }

  private Optional<Inspection> look() {
    if (mutation == Mutation.EXIT_BEFORE_PROCESSES) {
      boolean exit = is(World::exit);
      boolean lives = is(ModelPorts::somethingLives);
      return exit ? Optional.of(childEnded()) : lives ? Optional.of(orphaned()) : lateOrNothing();
    }
    boolean owned = mutation != Mutation.SKIP_THE_OWNERSHIP_CHECK;
    if (is(now -> now.supervisor().isSeen()) && owned) {
      return Optional.of(orphaned());
    }
    if (is(World::exit)) {
      return Optional.of(childEnded());
    }
    if (is(ModelPorts::somethingLives) && owned) {
      return Optional.of(orphaned());
    }
    return lateOrNothing();
  }

  private Optional<Inspection> lateOrNothing() {
    return is(World::timedOut) ? Optional.of(childEnded()) : Optional.empty();
  }

  private static boolean somethingLives(World now) {
    return now.supervisor().isSeen() || now.child() == Child.ALIVE;
  }

  private Inspection orphaned() {
    boolean overdue = ask(Boolean.class, World::overdue);
    return new Inspection.Running(Optional.of(overdue ? Duration.ofHours(9) : Duration.ZERO));
  }

  private Inspection childEnded() {
    boolean late = is(World::timedOut);
    return new Inspection.Exited(late ? timedOut() : new Exited(code(), Output.NONE), TIME_OF_EXIT);
  }

  private int code() {
    return ask(Integer.class, World::code);
  }

  private static TimedOut timedOut() {
    return new TimedOut(Model.LIMIT, Output.NONE, "");
  }

  private Inspection lost() {
    return new Inspection.Lost("nothing is left", Output.NONE);
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    if (reason == TerminationReason.ENDED) {
      change(ModelPorts::killed);
      return;
    }
    if (mutation != Mutation.SKIP_THE_NOTE_OF_THE_TIMEOUT) {
      change(World::withTimedOut);
    }
    endTree();
  }

  /** Kills what lives, and waits for the supervisor, which notes what it sees. */
  private void endTree() {
    change(ModelPorts::killed);
    step(now -> !somethingLives(now), now -> new Taken(now, ONE_STEP));
  }

  private static World killed(World now) {
    return now.child() == Child.ALIVE ? now.with(Child.ENDED, Model.ENDED_BY_REGISTRY) : now;
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return new RuntimeStatus(true, null, "available");
  }

  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    return ExecutionHandle.ended(execute());
  }

  /** The registry waits: another order of its own steps is not possible. */
  private RunOutcome execute() {
    change(World::withLaunching);
    change(now -> now.with(Supervisor.FORKED));
    boolean late =
        (Boolean)
            step(
                now -> !now.supervisor().lives() || now.overdue(),
                now -> new Taken(now, now.supervisor().lives()));
    if (late) {
      change(World::withTimedOut);
    }
    endTree();
    if (late) {
      return timedOut();
    }
    return ask(Boolean.class, World::exit)
        ? new Exited(code(), Output.NONE)
        : new Lost("Lost: its supervisor was ended before it", Output.NONE);
  }

  @Override
  public String name() {
    return Runs.EXECUTOR;
  }

  @Override
  public RunPage list(RunQuery query) {
    throw new UnsupportedOperationException("nobody lists");
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    throw new UnsupportedOperationException("nobody looks up");
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
    throw new UnsupportedOperationException("nobody reads it");
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    throw new UnsupportedOperationException("nothing is damaged");
  }

  @Override
  public boolean requestCancel(RunId id, CancelRequest request) {
    throw new UnsupportedOperationException("nothing is cancelled");
  }

  @Override
  public Optional<CancelRequest> cancelRequest(RunId id) {
    return Optional.empty();
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    throw new UnsupportedOperationException("nothing is cancelled");
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
    throw new UnsupportedOperationException("nobody asks");
  }

  @Override
  public List<RunId> archived() {
    throw new UnsupportedOperationException("nothing is replayed");
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    throw new UnsupportedOperationException("nothing is replayed");
  }

  @Override
  public int countAwaitingRepository(DatabaseIdentity database) {
    throw new UnsupportedOperationException("nobody asks");
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
