package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** A queue while the JVM lives, over an {@link InMemoryRunJournal}. */
public final class InMemoryRunQueue implements RunQueue {
  private final InMemoryRunJournal journal;
  private final Map<RunId, QueuedRun> waiting = new HashMap<>(); // guarded by this
  private final Map<RunId, QueuedRun> begun = new HashMap<>(); // guarded by this

  /** An empty one, of the runs of that journal. */
  public InMemoryRunQueue(InMemoryRunJournal journal) {
    this.journal = journal;
  }

  @Override
  public synchronized void enqueue(QueuedRun queued, int max) {
    journal.probe();
    if (waiting.size() >= max) {
      throw new QueueFullException(max);
    }
    if (waiting.putIfAbsent(queued.run().id(), queued) != null) {
      throw failed(queued.run().id(), "waits already");
    }
    journal.lock(queued.run().id());
  }

  @Override
  public synchronized void withdraw(RunId id) {
    waiting.remove(id);
    journal.unlock(id);
  }

  @Override
  public synchronized void bind(RunId id, DatabaseIdentity database) {
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
  public synchronized int depth() {
    return waiting.size();
  }

  @Override
  public synchronized SortedSet<WaitingRun> waiting() {
    SortedSet<WaitingRun> sorted = new TreeSet<>();
    waiting.values().forEach(run -> sorted.add(run.waiting()));
    return sorted;
  }

  @Override
  public SortedSet<WaitingRun> waitingNow() {
    return waiting();
  }

  @Override
  public synchronized Optional<QueuedRun> read(RunId id) {
    return Optional.ofNullable(waiting.get(id));
  }

  @Override
  public synchronized Optional<QueuedRun> tryLock(RunId id) {
    return read(id).filter(run -> journal.lock(id));
  }

  @Override
  public synchronized void begin(Run running, DatabaseIdentity database) {
    QueuedRun run = requireNonNull(waiting.get(running.id()), "it does not wait");
    journal.begin(running, database);
    begun.put(running.id(), run);
    waiting.remove(running.id());
  }

  @Override
  public synchronized void submit(Run pending, String executor, DatabaseIdentity database) {
    QueuedRun run = requireNonNull(waiting.get(pending.id()), "it does not wait");
    journal.submit(pending, executor, database);
    begun.put(pending.id(), run);
    waiting.remove(pending.id());
  }

  @Override
  public synchronized void end(Run ended, DatabaseIdentity database) {
    QueuedRun run = requireNonNull(waiting.get(ended.id()), "it does not wait");
    journal.begin(run.run(), database);
    journal.end(ended);
    waiting.remove(ended.id());
  }

  @Override
  public Map<RunId, DatabaseIdentity> damaged() {
    return Map.of();
  }

  @Override
  public String quarantine(RunId id) {
    throw failed(id, "is not damaged");
  }

  @Override
  public synchronized boolean putBack(RunId id) {
    QueuedRun run = begun.remove(id);
    if (run == null) {
      return false;
    }
    journal.withdraw(id);
    journal.lock(id);
    waiting.put(id, run);
    return true;
  }

  private static JournalException failed(RunId id, String why) {
    return new JournalException("run %s %s".formatted(id, why), new IllegalStateException(why));
  }
}
