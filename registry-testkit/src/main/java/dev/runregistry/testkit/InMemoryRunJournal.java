package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Dataset;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunStanding;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A journal while the JVM lives, under the same rules as that of a host; it can be told to fail.
 */
public final class InMemoryRunJournal implements RunJournal {
  private final Map<RunId, Note> notes = new ConcurrentHashMap<>();
  private final Map<RunId, IdempotencyClaim> prepared = new ConcurrentHashMap<>();
  private final Map<RunId, DatabaseIdentity> databases = new ConcurrentHashMap<>();
  private final Map<RunId, RunStanding> standings = new ConcurrentHashMap<>();
  private final Set<RunId> claimed = ConcurrentHashMap.newKeySet();
  private final Set<String> foreign = ConcurrentHashMap.newKeySet();
  private final List<String> asides = new CopyOnWriteArrayList<>();
  private volatile @Nullable String failure;

  /** An empty one. */
  public InMemoryRunJournal() {}

  /** From now on nothing can be written, for this reason; null and it can again. */
  public void failWith(@Nullable String reason) {
    failure = reason;
  }

  /** The run as it was noted when it began; empty if it did not. */
  public Optional<Run> begun(RunId id) {
    return Optional.ofNullable(notes.get(id)).map(Note::running);
  }

  /** The data set that the run was configured for; empty if it was not. */
  public Optional<Dataset> configuredFor(RunId id) {
    return Optional.ofNullable(notes.get(id)).map(Note::dataset);
  }

  /** The run as it was noted when it ended; empty if it did not. */
  public Optional<Run> ended(RunId id) {
    return Optional.ofNullable(notes.get(id)).map(Note::ended);
  }

  /** Whether the run needs no more attention. */
  public boolean isSettled(RunId id) {
    return Optional.ofNullable(notes.get(id)).filter(Note::settled).isPresent();
  }

  /**
   * From now on that is what is left of the run, until its ending is noted. Unless said, nothing of
   * a run lives once its claim is free.
   */
  public void leave(RunId id, RunStanding standing) {
    standings.put(id, requireNonNull(standing, "standing"));
  }

  /** Something that is no run lies among the runs. */
  public void addForeign(String name) {
    foreign.add(requireNonNull(name, "name"));
  }

  /** What was set aside, in that order. */
  public List<String> setAside() {
    return List.copyOf(asides);
  }

  @Override
  public void prepare(IdempotencyClaim wanted, DatabaseIdentity database) {
    requireWritable(wanted.runId());
    claimed.add(wanted.runId());
    databases.put(wanted.runId(), database);
    prepared.put(wanted.runId(), wanted);
  }

  @Override
  public void abandon(RunId id) {
    prepared.remove(id);
    claimed.remove(id);
  }

  @Override
  public void discardUnbegun(BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack) {
    prepared.forEach(
        (id, wanted) -> {
          if (claimed.add(id)) {
            discard(wanted, giveBack);
          }
        });
  }

  private void discard(
      IdempotencyClaim wanted, BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack) {
    try {
      if (prepared.containsKey(wanted.runId()) && giveBack.test(wanted, database(wanted.runId()))) {
        prepared.remove(wanted.runId());
      }
    } finally {
      claimed.remove(wanted.runId());
    }
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    requireWritable(running.id());
    prepared.remove(running.id());
    if (notes.putIfAbsent(running.id(), new Note(running, null, null, false)) != null) {
      throw refused(running.id(), "a run with this id is there already");
    }
    databases.put(running.id(), database);
    claimed.add(running.id());
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
  public void configure(Run running, Dataset dataset) {
    requireNonNull(dataset, "dataset");
    change(running.id(), note -> new Note(note.running, dataset, note.ended, note.settled));
  }

  @Override
  public void end(Run ended) {
    change(
        ended.id(),
        note -> {
          if (note.ended != null && !note.ended.equals(ended)) {
            throw refused(ended.id(), "another ending is there already");
          }
          return new Note(note.running, note.dataset, ended, note.settled);
        });
  }

  @Override
  public void settle(RunId id) {
    change(id, note -> new Note(note.running, note.dataset, note.ended, true));
  }

  @Override
  public List<RunId> archived() {
    return ids(true);
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    return Optional.ofNullable(notes.get(id))
        .filter(Note::settled)
        .map(Note::ended)
        .map(ended -> new ArchivedRun(ended, database(id)));
  }

  @Override
  public List<RunId> unsettled() {
    return ids(false);
  }

  private List<RunId> ids(boolean settled) {
    return notes.values().stream()
        .filter(note -> note.settled == settled)
        .map(note -> note.running.id())
        .sorted(Comparator.comparing(RunId::toString))
        .toList();
  }

  @Override
  public List<String> foreign() {
    return List.copyOf(foreign);
  }

  @Override
  public boolean claim(RunId id) {
    requireWritable(id);
    return notes.containsKey(id) && !isSettled(id) && claimed.add(id);
  }

  @Override
  public void release(RunId id) {
    claimed.remove(id);
  }

  @Override
  public RunStanding standing(RunId id) {
    Note note = notes.get(id);
    if (note == null || note.settled) {
      return new RunStanding.Settled();
    }
    if (note.ended != null) {
      return new RunStanding.Ended(note.ended);
    }
    RunStanding left = standings.get(id);
    return left != null
        ? left
        : new RunStanding.Vanished(
            note.running, "the registry was ended before it started anything", Output.NONE);
  }

  @Override
  public void timeOut(Run running) {
    requireWritable(running.id());
    Duration limit = requireNonNull(running.spec().timeLimit(), "time limit");
    TimedOut outcome = new TimedOut(limit, Output.NONE, "");
    leave(
        running.id(),
        new RunStanding.ChildEnded(running, outcome, running.startedAt().plus(limit)));
  }

  @Override
  public void sweep(Run running) {
    // nothing is ever left behind here
  }

  @Override
  public String setAside(String name) {
    foreign.remove(name);
    notes.keySet().removeIf(id -> id.toString().equals(name));
    asides.add(name);
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

  /** All that is known of a run. */
  private record Note(
      Run running, @Nullable Dataset dataset, @Nullable Run ended, boolean settled) {}
}
