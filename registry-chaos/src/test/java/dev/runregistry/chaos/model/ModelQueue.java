package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.RunState.Fact;
import dev.runregistry.chaos.model.RunState.Place;
import dev.runregistry.chaos.model.Steps.Taken;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The queue of one home, as one registry sees it. */
final class ModelQueue implements RunQueue, QueueControl {
  private final Steps steps;
  private final Mutation mutation;
  private final List<String> gpus;

  /**
   * The queue for the registry that takes those steps.
   *
   * @param gpus the GPUs of the host, all of which each run needs
   */
  ModelQueue(Steps steps, Mutation mutation, List<String> gpus) {
    this.steps = steps;
    this.mutation = mutation;
    this.gpus = gpus;
  }

  private void change(int run, UnaryOperator<RunState> change) {
    steps.change(now -> now.with(run, change));
  }

  @Override
  public void enqueue(QueuedRun queued, int max) {
    int run = Samples.index(queued.run().id());
    Notes.code(queued.run());
    change(
        run,
        now ->
            now.in(Place.QUEUED).with(Fact.FROM_QUEUE).with(Fact.VOLATILE).locked(steps.process()));
    if (mutation == Mutation.SUBMIT_BEFORE_DURABLE) {
      return;
    }
    if (!steps.ask(Boolean.class, now -> now.faults().syncs())) {
      change(run, now -> RunState.NONE.with(Fact.REFUSED));
      throw new JournalException("no sync", new IllegalStateException("Input/output error"));
    }
    change(run, now -> now.without(Fact.VOLATILE));
  }

  @Override
  public void withdraw(RunId id) {
    throw new UnsupportedOperationException("no keys");
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    change(Samples.index(id), now -> now.place() == Place.QUEUED ? now.with(Fact.RECORDED) : now);
  }

  @Override
  public int depth() {
    throw new UnsupportedOperationException("it is never full");
  }

  @Override
  public SortedSet<WaitingRun> waiting() {
    List<?> waiting =
        steps.ask(
            List.class,
            now ->
                IntStream.range(0, now.runs().size())
                    .filter(run -> now.run(run).place() == Place.QUEUED)
                    .mapToObj(run -> new Waiting(run, now.run(run).has(Fact.RECORDED)))
                    .toList());
    SortedSet<WaitingRun> sorted =
        mutation == Mutation.IGNORE_THE_ORDER
            ? new TreeSet<>(Comparator.reverseOrder())
            : new TreeSet<>();
    waiting.forEach(run -> sorted.add(queued((Waiting) run).waiting()));
    return sorted;
  }

  /** A waiting run as an answer, which is quickly compared. */
  private record Waiting(int run, boolean isRecorded) {}

  private QueuedRun queued(Waiting waiting) {
    return Samples.queued(waiting.run, waiting.isRecorded, gpus.size());
  }

  @Override
  public SortedSet<WaitingRun> waitingNow() {
    return waiting();
  }

  /** Waits until the run is unlocked: it is read to find out whether to wait. */
  @Override
  public Optional<QueuedRun> read(RunId id) {
    int run = Samples.index(id);
    Object answer =
        steps.step(
            now -> now.run(run).place() != Place.QUEUED || isUnlocked(now, run),
            now ->
                new Taken(
                    now,
                    now.run(run).place() == Place.QUEUED
                        ? Optional.of(new Waiting(run, now.run(run).has(Fact.RECORDED)))
                        : Optional.empty()));
    LockSupport.unpark(Thread.currentThread()); // the registry does not wait in real time
    return ((Optional<?>) answer).map(waiting -> queued((Waiting) waiting));
  }

  private static boolean isUnlocked(World now, int run) {
    return now.run(run).lockHolder() == World.NO_PROCESS;
  }

  /** What comes of trying a lock. */
  private enum Lock {
    NO,
    TAKEN,
    TAKEN_AND_RECORDED,
    TAKEN_AND_ENDED
  }

  @Override
  public Optional<QueuedRun> tryLock(RunId id) {
    int run = Samples.index(id);
    Lock lock = (Lock) steps.step(now -> true, now -> locked(now, run));
    if (lock == Lock.TAKEN_AND_ENDED) { // a crash has interrupted its move
      change(run, now -> now.in(Place.ACTIVE).locked(World.NO_PROCESS));
    }
    return lock == Lock.NO || lock == Lock.TAKEN_AND_ENDED
        ? Optional.empty()
        : Optional.of(queued(new Waiting(run, lock == Lock.TAKEN_AND_RECORDED)));
  }

  private Taken locked(World now, int run) {
    RunState state = now.run(run);
    if (state.place() != Place.QUEUED) {
      return new Taken(now, Lock.NO);
    }
    if (!isUnlocked(now, run) && mutation != Mutation.SKIP_THE_LOCK_OF_WAITING_RUNS) {
      return new Taken(
          now.runs().size() > 1 ? now.with(run, state.with(Fact.PASSED_OVER)) : now, Lock.NO);
    }
    Lock lock =
        !state.ending().isEmpty()
            ? Lock.TAKEN_AND_ENDED
            : state.has(Fact.RECORDED) ? Lock.TAKEN_AND_RECORDED : Lock.TAKEN;
    boolean isSynced = lock == Lock.TAKEN && mutation != Mutation.RECORD_BEFORE_DURABLE;
    RunState durable = isSynced ? state.without(Fact.VOLATILE) : state;
    return new Taken(now.with(run, durable.locked(steps.process())), lock);
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    throw new UnsupportedOperationException("no engine has a queue here");
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    Notes.code(running);
    int run = Samples.index(running.id());
    steps.change(now -> now.with(run, state -> begun(now, state)));
  }

  private RunState begun(World now, RunState state) {
    Place place = mutation == Mutation.SKIP_THE_QUEUE_CLAIM ? Place.QUEUED : Place.ACTIVE;
    RunState begun = state.in(place).ownedBy(steps.process()).without(Fact.VOLATILE);
    if (state.has(Fact.CANCEL_REQUESTED)) {
      begun = begun.with(Fact.CANCELLED_IN_QUEUE);
    }
    if (now.paused()) {
      begun = begun.with(Fact.BEGUN_WHILE_PAUSED);
    }
    int index = now.runs().indexOf(state);
    boolean isEarly =
        IntStream.range(index + 1, now.runs().size()) // later ones have a higher priority
            .mapToObj(now::run)
            .anyMatch(
                other ->
                    other.place() == Place.QUEUED
                        && other.ending().isEmpty()
                        && !other.has(Fact.PASSED_OVER));
    return isEarly ? begun.with(Fact.OUT_OF_ORDER) : begun;
  }

  @Override
  public void end(Run ended, DatabaseIdentity database) {
    int run = Samples.index(ended.id());
    change(run, now -> now.withEnding(Notes.code(ended)));
    change(run, now -> now.in(Place.ACTIVE).without(Fact.VOLATILE));
  }

  @Override
  public boolean putBack(RunId id) {
    int run = Samples.index(id);
    return (Boolean)
        steps.step(
            now -> true,
            now ->
                now.run(run).has(Fact.FROM_QUEUE)
                    ? new Taken(now.with(run, this::putBack), true)
                    : new Taken(now, false));
  }

  private RunState putBack(RunState now) {
    return now.in(mutation == Mutation.FORGET_WHAT_IS_PUT_BACK ? Place.NONE : Place.QUEUED);
  }

  @Override
  public boolean tryLock() {
    return mutation == Mutation.SKIP_THE_LOCK_OF_THE_DISPATCHER
        || (Boolean)
            steps.step(
                now -> true,
                now ->
                    now.dispatcher() == World.NO_PROCESS
                        ? new Taken(now.withDispatcher(steps.process()), true)
                        : new Taken(now, false));
  }

  @Override
  public void unlock() {
    steps.change(
        now -> now.dispatcher() == steps.process() ? now.withDispatcher(World.NO_PROCESS) : now);
  }

  @Override
  public boolean isLocked() {
    throw new UnsupportedOperationException("the scenarios do not query it");
  }

  @Override
  public void hold(Allocation allocation) {
    if (mutation != Mutation.HOLD_SLOTS_IN_MEMORY_ONLY) {
      boolean hasGpus =
          !allocation.gpus().isEmpty() && mutation != Mutation.HOLD_GPUS_IN_MEMORY_ONLY;
      change(
          Samples.index(allocation.run()),
          now -> hasGpus ? now.with(Fact.SLOT).with(Fact.GPUS) : now.with(Fact.SLOT));
    }
  }

  @Override
  public void release(RunId run) {
    change(Samples.index(run), now -> now.without(Fact.SLOT).without(Fact.GPUS));
  }

  @Override
  public List<RunId> held() {
    List<?> held =
        steps.ask(
            List.class,
            now ->
                IntStream.range(0, now.runs().size())
                    .filter(run -> now.run(run).has(Fact.SLOT))
                    .boxed()
                    .toList());
    return held.stream().map(run -> Samples.id((int) run)).toList();
  }

  /** What a run holds. */
  private enum Held {
    NOTHING,
    SLOT,
    SLOT_AND_GPUS
  }

  @Override
  public Optional<Allocation> allocation(RunId run) {
    Held held =
        steps.ask(
            Held.class,
            now -> {
              RunState state = now.run(Samples.index(run));
              return state.has(Fact.GPUS)
                  ? Held.SLOT_AND_GPUS
                  : state.has(Fact.SLOT) ? Held.SLOT : Held.NOTHING;
            });
    return switch (held) {
      case NOTHING -> Optional.empty();
      case SLOT -> Optional.of(new Allocation(run, List.of()));
      case SLOT_AND_GPUS -> Optional.of(new Allocation(run, gpus));
    };
  }

  @Override
  public Map<RunId, DatabaseIdentity> damaged() {
    return Map.of();
  }

  @Override
  public String quarantine(RunId id) {
    throw new UnsupportedOperationException("nothing is damaged");
  }

  @Override
  public void pause() {
    throw new UnsupportedOperationException("it is paused from the beginning");
  }

  @Override
  public void resume() {
    steps.change(now -> now.withPaused(false));
  }

  @Override
  public boolean isPaused() {
    boolean is = steps.ask(Boolean.class, World::paused);
    return is && mutation != Mutation.IGNORE_THE_PAUSE;
  }
}
