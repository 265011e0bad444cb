package dev.runregistry.testkit;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A journal while the JVM lives, under the same rules as that of a host; it can be told to fail.
 */
public final class InMemoryRunJournal implements RunJournal {
  private final Map<RunId, Note> notes = new ConcurrentHashMap<>();
  private final Map<RunId, DatabaseIdentity> databases = new ConcurrentHashMap<>();
  private final Map<RunId, CancelRequest> cancelRequests = new ConcurrentHashMap<>();
  private final Set<RunId> locked = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String failure;

  /** An empty one. */
  public InMemoryRunJournal() {}

  /** Makes each write fail, for this reason; null to end that. */
  public void failWith(@Nullable String reason) {
    failure = reason;
  }

  /** The run as it was noted when it began; empty if it did not. */
  public Optional<Run> begun(RunId id) {
    return Optional.ofNullable(notes.get(id)).map(Note::begun);
  }

  /** The run as it was noted when it ended; empty if it did not. */
  public Optional<Run> ended(RunId id) {
    return Optional.ofNullable(notes.get(id)).map(Note::ended);
  }

  /** Whether the run is archived. */
  public boolean isArchived(RunId id) {
    return Optional.ofNullable(notes.get(id)).filter(Note::archived).isPresent();
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    begin(new Note(running, "", null, false), database);
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    begin(new Note(pending, executor, null, false), database);
  }

  private void begin(Note note, DatabaseIdentity database) {
    RunId id = note.begun.id();
    requireWritable(id);
    if (notes.putIfAbsent(id, note) != null) {
      throw refused(id, "a run with this id is there already");
    }
    databases.put(id, database);
    locked.add(id);
  }

  @Override
  public void start(Run running) {
    change(running.id(), note -> new Note(running, note.executor, note.ended, note.archived));
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    requireWritable(id);
    databases.computeIfPresent(id, (same, before) -> database);
  }

  @Override
  public DatabaseIdentity database(RunId id) {
    return databases.getOrDefault(id, DatabaseIdentity.UNKNOWN);
  }

  @Override
  public void probe() {
    String reason = failure;
    if (reason != null) {
      throw new JournalException(reason, new IllegalStateException(reason));
    }
  }

  @Override
  public void withdraw(RunId id) {
    requireWritable(id);
    notes.remove(id);
    databases.remove(id);
    locked.remove(id);
  }

  @Override
  public void discardStaged() {
    // nothing is staged here
  }

  @Override
  public boolean requestCancel(RunId id, CancelRequest request) {
    requireWritable(id);
    if (read(id).isEmpty()) {
      return false;
    }
    cancelRequests.putIfAbsent(id, request);
    return true;
  }

  @Override
  public Optional<CancelRequest> cancelRequest(RunId id) {
    return isArchived(id) ? Optional.empty() : Optional.ofNullable(cancelRequests.get(id));
  }

  @Override
  public void end(Run ended) {
    change(
        ended.id(),
        note -> {
          if (note.ended != null && !note.ended.equals(ended)) {
            throw refused(ended.id(), "another outcome is there already");
          }
          return new Note(note.begun, note.executor, ended, note.archived);
        });
  }

  @Override
  public void archive(RunId id) {
    change(id, note -> new Note(note.begun, note.executor, note.ended, true));
  }

  @Override
  public List<RunId> archived() {
    return ids(true);
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    return Optional.ofNullable(notes.get(id))
        .filter(Note::archived)
        .map(Note::ended)
        .map(ended -> new ArchivedRun(ended, database(id)));
  }

  @Override
  public List<RunId> active() {
    return ids(false);
  }

  private List<RunId> ids(boolean archived) {
    return notes.values().stream()
        .filter(note -> note.archived == archived)
        .map(note -> note.begun.id())
        .sorted(Comparator.comparing(RunId::toString))
        .toList();
  }

  @Override
  public List<String> unrecognized() {
    return List.of();
  }

  @Override
  public boolean tryLock(RunId id) {
    requireWritable(id);
    return notes.containsKey(id) && !isArchived(id) && locked.add(id);
  }

  /** Locks a run that need not be active; false if it is locked. */
  boolean lock(RunId id) {
    return locked.add(id);
  }

  @Override
  public void unlock(RunId id) {
    locked.remove(id);
  }

  @Override
  public Optional<JournalEntry> read(RunId id) {
    Note note = notes.get(id);
    if (note == null || note.archived) {
      return Optional.empty();
    }
    if (note.ended != null) {
      return Optional.of(new JournalEntry.Ended(note.ended));
    }
    return Optional.of(
        note.begun.status() == RunStatus.PENDING
            ? new JournalEntry.Submitted(note.begun, note.executor)
            : new JournalEntry.Begun(note.begun));
  }

  @Override
  public Optional<Path> workspace(RunId id) {
    return notes.containsKey(id)
        ? Optional.of(Path.of("in-memory", id.toString()).toAbsolutePath())
        : Optional.empty();
  }

  @Override
  public int countAwaitingRepository(DatabaseIdentity database) {
    return (int)
        notes.values().stream()
            .filter(note -> !note.archived && note.ended != null)
            .filter(note -> database(note.begun.id()).matches(database))
            .count();
  }

  @Override
  public String quarantine(String name) {
    notes.keySet().removeIf(id -> id.toString().equals(name));
    return "damaged/" + name;
  }

  private void change(RunId id, UnaryOperator<Note> move) {
    requireWritable(id);
    if (notes.computeIfPresent(id, (key, note) -> move.apply(note)) == null) {
      throw refused(id, "it has not begun");
    }
  }

  private void requireWritable(RunId id) {
    String reason = failure;
    if (reason != null) {
      throw refused(id, reason);
    }
  }

  private static JournalException refused(RunId id, String why) {
    return new JournalException("run %s: %s".formatted(id, why), new IllegalStateException(why));
  }

  /** The entry of a run. */
  private record Note(Run begun, String executor, @Nullable Run ended, boolean archived) {}
}
