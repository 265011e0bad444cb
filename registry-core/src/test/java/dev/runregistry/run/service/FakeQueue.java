package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A queue in memory with its state, over a {@link FakeJournal}. A method named in {@link
 * #failingOnce} fails at its next call.
 */
final class FakeQueue implements RunQueue, QueueControl {
  final Map<RunId, QueuedRun> waiting = new ConcurrentHashMap<>();
  final Map<RunId, DatabaseIdentity> damaged = new ConcurrentHashMap<>();
  final Map<RunId, Allocation> held = new ConcurrentHashMap<>();
  final Set<RunId> unreadable = ConcurrentHashMap.newKeySet(); // runs and allocations
  final Set<String> failingOnce = ConcurrentHashMap.newKeySet();
  final AtomicBoolean dispatching = new AtomicBoolean();
  final CountDownLatch dispatcherRefused = new CountDownLatch(1);
  final CountDownLatch pauseSeen = new CountDownLatch(2); // by two looks at the queue
  final CountDownLatch lockRefused = new CountDownLatch(2); // of a run
  private final Map<RunId, QueuedRun> begun = new ConcurrentHashMap<>();
  private final FakeJournal journal;
  private volatile boolean paused;

  FakeQueue(FakeJournal journal) {
    this.journal = journal;
  }

  private void call(String name) {
    if (failingOnce.remove(name)) {
      throw FakeJournal.failure(name);
    }
  }

  @Override
  public void enqueue(QueuedRun queued, int max) {
    call("enqueue");
    if (waiting.size() >= max) {
      throw new QueueFullException(max);
    }
    journal.locked.add(queued.run().id());
    waiting.put(queued.run().id(), queued);
  }

  @Override
  public void withdraw(RunId id) {
    waiting.remove(id);
    journal.unlock(id);
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    call("bind");
    waiting.computeIfPresent(
        id,
        (same, run) ->
            new QueuedRun(
                run.run(),
                run.invocation(),
                run.datasetUsed(),
                run.options(),
                database,
                run.hasKey()));
  }

  @Override
  public int depth() {
    return waiting.size();
  }

  @Override
  public SortedSet<WaitingRun> waiting() {
    call("waiting");
    SortedSet<WaitingRun> sorted = new TreeSet<>();
    waiting.values().forEach(run -> sorted.add(run.waiting()));
    return sorted;
  }

  @Override
  public SortedSet<WaitingRun> waitingNow() {
    return waiting();
  }

  @Override
  public Optional<QueuedRun> read(RunId id) {
    return Optional.ofNullable(waiting.get(id));
  }

  @Override
  public Map<RunId, DatabaseIdentity> damaged() {
    return damaged;
  }

  @Override
  public String quarantine(RunId id) {
    call("quarantine");
    damaged.remove(id);
    return "damaged/" + id;
  }

  @Override
  public Optional<QueuedRun> tryLock(RunId id) {
    call("tryLock");
    if (unreadable.contains(id)) {
      throw FakeJournal.failure("the entry of " + id);
    }
    if (!waiting.containsKey(id) || !journal.locked.add(id)) {
      lockRefused.countDown();
      return Optional.empty();
    }
    Optional<QueuedRun> locked = read(id);
    if (locked.isEmpty()) { // it moved meanwhile
      journal.unlock(id);
    }
    return locked;
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    call("begin");
    journal.begin(running, database);
    begun.put(running.id(), waiting.remove(running.id()));
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    call("submit");
    journal.submit(pending, executor, database);
    begun.put(pending.id(), waiting.remove(pending.id()));
  }

  @Override
  public void end(Run ended, DatabaseIdentity database) {
    call("end");
    journal.databases.put(ended.id(), database);
    journal.end(ended);
    waiting.remove(ended.id());
  }

  @Override
  public boolean putBack(RunId id) {
    QueuedRun queued = begun.remove(id);
    if (queued == null) {
      return false;
    }
    journal.active.remove(id);
    waiting.put(id, queued);
    return true;
  }

  @Override
  public boolean tryLock() {
    call("tryLock of the dispatcher");
    boolean isFirst = dispatching.compareAndSet(false, true);
    if (!isFirst) {
      dispatcherRefused.countDown();
    }
    return isFirst;
  }

  @Override
  public void unlock() {
    dispatching.set(false);
  }

  @Override
  public boolean isLocked() {
    return dispatching.get();
  }

  @Override
  public void hold(Allocation allocation) {
    call("hold");
    held.put(allocation.run(), allocation);
  }

  @Override
  public void release(RunId run) {
    call("release");
    held.remove(run);
  }

  @Override
  public List<RunId> held() {
    return List.copyOf(held.keySet());
  }

  @Override
  public Optional<Allocation> allocation(RunId run) {
    if (unreadable.contains(run)) {
      throw FakeJournal.failure("the allocation of " + run);
    }
    return Optional.ofNullable(held.get(run));
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
  }

  @Override
  public boolean isPaused() {
    if (paused) {
      pauseSeen.countDown();
    }
    return paused;
  }
}
