package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A journal in memory, which fails at the methods named in {@link #failing}. */
final class FakeJournal implements RunJournal {
  final Map<RunId, Run> active = new ConcurrentSkipListMap<>(FakeJournal::byText);
  final Map<RunId, Run> done = new ConcurrentHashMap<>();
  final Map<RunId, CancelRequest> requests = new ConcurrentHashMap<>();
  final Map<RunId, DatabaseIdentity> databases = new ConcurrentHashMap<>();
  final Map<RunId, String> executors = new ConcurrentHashMap<>();
  final Set<RunId> locked = ConcurrentHashMap.newKeySet();
  final Set<String> failing = ConcurrentHashMap.newKeySet();
  final Map<Path, FakeJournal> visible = new ConcurrentHashMap<>(); // other homes, by workspaces
  volatile Runnable beforeRequest = () -> {};

  private static int byText(RunId one, RunId other) {
    return one.toString().compareTo(other.toString());
  }

  private void call(String name) {
    if (failing.contains(name)) {
      throw failure(name);
    }
  }

  static JournalException failure(String name) {
    return new JournalException(name + " failed", new IOException("No space left on device"));
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    call("begin");
    active.put(running.id(), running);
    databases.put(running.id(), database);
    locked.add(running.id());
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    call("submit");
    begin(pending, database);
    executors.put(pending.id(), executor);
  }

  @Override
  public void start(Run running) {
    call("start");
    active.put(running.id(), running);
  }

  @Override
  public void withdraw(RunId id) {
    call("withdraw");
    active.remove(id);
    locked.remove(id);
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    call("bind");
    databases.put(id, database);
  }

  @Override
  public DatabaseIdentity database(RunId id) {
    return databases.getOrDefault(id, DatabaseIdentity.UNKNOWN);
  }

  @Override
  public boolean requestCancel(RunId id, CancelRequest request) {
    call("requestCancel");
    beforeRequest.run();
    if (!active.containsKey(id)) {
      return false;
    }
    requests.putIfAbsent(id, request);
    return true;
  }

  @Override
  public Optional<CancelRequest> cancelRequest(RunId id) {
    call("cancelRequest");
    return Optional.ofNullable(requests.get(id));
  }

  @Override
  public void end(Run ended) {
    call("end");
    active.put(ended.id(), ended);
  }

  @Override
  public void archive(RunId id) {
    call("archive");
    done.put(id, active.get(id));
    active.remove(id);
  }

  @Override
  public List<RunId> active() {
    return List.copyOf(active.keySet());
  }

  @Override
  public List<String> unrecognized() {
    return List.of();
  }

  @Override
  public Optional<JournalEntry> read(RunId id) {
    call("read");
    return Optional.ofNullable(active.get(id)).map(this::entry);
  }

  private JournalEntry entry(Run run) {
    return switch (run.status()) {
      case PENDING -> new JournalEntry.Submitted(run, executors.get(run.id()));
      case RUNNING -> new JournalEntry.Begun(run);
      case COMPLETED, FAILED, TIMEOUT, CANCELLED -> new JournalEntry.Ended(run);
    };
  }

  @Override
  public List<RunId> archived() {
    return List.copyOf(done.keySet());
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    return Optional.ofNullable(done.get(id)).map(run -> new ArchivedRun(run, database(id)));
  }

  @Override
  public int countAwaitingRepository(DatabaseIdentity database) {
    return (int) active.values().stream().filter(run -> run.status().isFinal()).count();
  }

  @Override
  public boolean tryLock(RunId id) {
    return active.containsKey(id) && locked.add(id);
  }

  @Override
  public void unlock(RunId id) {
    locked.remove(id);
  }

  @Override
  public Optional<Path> workspace(RunId id) {
    return active.containsKey(id) || done.containsKey(id)
        ? Optional.of(Path.of(id.toString()))
        : Optional.empty();
  }

  @Override
  public Optional<RunJournal> ofWorkspace(Path workspace) {
    return Optional.ofNullable(visible.get(workspace));
  }

  @Override
  public String quarantine(String name) {
    throw new UnsupportedOperationException("no entry is damaged here");
  }

  @Override
  public void discardStaged() {}

  @Override
  public void probe() {
    call("probe");
  }
}
