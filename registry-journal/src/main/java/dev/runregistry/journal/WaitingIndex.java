package dev.runregistry.journal;

import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.queue.WaitingRun;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The waiting runs in memory, in their order. Lists the directory when it has changed, and reads
 * each run once, so that a start costs the same whatever the number of waiting runs. Safe for use
 * by many threads.
 */
final class WaitingIndex {
  private static final Logger log = LoggerFactory.getLogger(WaitingIndex.class);

  /** A second change within a tick of the file system's clock leaves the same time behind. */
  private static final long SETTLED_MILLIS = 2_000;

  /** Runs that could not be read are read again after that time. */
  private static final long REREAD_NANOS = 1_000_000_000;

  /** Listing takes at most this part of the time of one thread. */
  private static final int PART = 10;

  /** Reads a waiting run; empty if it waits no more. */
  interface Reader {
    Optional<WaitingRun> read(RunId id) throws IOException;
  }

  private final Path directory;
  private final Reader reader;
  private final ConcurrentSkipListSet<WaitingRun> sorted = new ConcurrentSkipListSet<>();
  private final SortedSet<WaitingRun> view = Collections.unmodifiableSortedSet(sorted);
  private final Map<String, WaitingRun> known = new HashMap<>(); // by its id; guarded by this
  private final Set<String> damaged = new HashSet<>(); // ids; guarded by this
  private final Set<String> unreadable = new HashSet<>(); // ids; guarded by this
  private @Nullable FileTime modified; // when it was last listed; guarded by this
  private boolean settled; // guarded by this
  private long listedAt = System.nanoTime(); // guarded by this
  private long cost; // of the last listing in nanoseconds; guarded by this

  WaitingIndex(Path directory, Reader reader) {
    this.directory = directory;
    this.reader = reader;
  }

  /**
   * Returns the waiting runs, after a look at the directory.
   *
   * @param complete whether the directory is listed in any case; else only if it has changed, and
   *     not too often
   * @throws JournalException if it cannot be listed
   */
  synchronized SortedSet<WaitingRun> refreshed(boolean complete) {
    if (!complete && modified != null && System.nanoTime() - listedAt < PART * cost) {
      return view;
    }
    try {
      FileTime now = RegularFiles.lastModified(directory);
      if (complete || !settled || !now.equals(modified) || mayBeReadableNow()) {
        list(now);
      }
    } catch (NoSuchFileException e) { // before the first run
      sorted.clear();
      known.clear();
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be listed: %s".formatted(directory, FileErrors.reason(e)), e);
    }
    return view;
  }

  private boolean mayBeReadableNow() {
    return !unreadable.isEmpty() && System.nanoTime() - listedAt > REREAD_NANOS;
  }

  private void list(FileTime now) throws IOException {
    long begin = System.nanoTime();
    boolean complete = System.currentTimeMillis() - now.toMillis() > SETTLED_MILLIS;
    Set<String> there = names();
    for (String id : List.copyOf(known.keySet())) {
      if (!there.contains(id)) {
        remove(id);
      }
    }
    damaged.retainAll(there);
    unreadable.retainAll(there);
    for (String name : there) { // ids are parsed once: a listing is mostly of known ones
      if (!known.containsKey(name) && !damaged.contains(name) && FileRunJournal.isRunId(name)) {
        read(RunId.parse(name));
      }
    }
    modified = now;
    settled = complete;
    listedAt = System.nanoTime();
    cost = Math.min(listedAt - begin, TimeUnit.SECONDS.toNanos(1));
  }

  private Set<String> names() throws IOException {
    String[] names = directory.toFile().list();
    if (names == null) {
      RegularFiles.lastModified(directory); // throws if it is gone
      throw new IOException("it cannot be read");
    }
    return new HashSet<>(Arrays.asList(names));
  }

  private void read(RunId id) {
    try {
      reader.read(id).ifPresent(this::add);
    } catch (CorruptJournalException e) {
      damaged.add(id.toString());
      unreadable.remove(id.toString());
      log.error("run {} waits in {} and its file is damaged: {}", id, directory, e.getMessage());
    } catch (IOException e) {
      if (unreadable.add(id.toString())) {
        log.warn(
            "run {} waits in {} and cannot be read yet: {}; make the directory readable, or move it"
                + " elsewhere if it is not of a run",
            id,
            directory,
            FileErrors.reason(e));
      }
    }
  }

  /** Returns the runs whose files were damaged when they were read, after a look as usual. */
  synchronized Set<RunId> damaged() {
    refreshed(false);
    return damaged.stream().map(RunId::parse).collect(Collectors.toUnmodifiableSet());
  }

  /** Adds a run, or replaces what is known of it. */
  synchronized void add(WaitingRun run) {
    remove(run.id());
    damaged.remove(run.id().toString());
    unreadable.remove(run.id().toString());
    known.put(run.id().toString(), run);
    sorted.add(run);
  }

  /** Replaces the database of a run; one that is not known yet is read together with it. */
  synchronized void bind(RunId id, DatabaseIdentity database) {
    WaitingRun run = known.get(id.toString());
    if (run != null) {
      add(new WaitingRun(id, run.options(), run.queuedAt(), database));
    }
  }

  /** Removes a run that waits no more. */
  synchronized void remove(RunId id) {
    remove(id.toString());
  }

  private void remove(String id) {
    WaitingRun before = known.remove(id);
    if (before != null) {
      sorted.remove(before);
    }
  }
}
