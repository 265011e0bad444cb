package dev.runregistry.datasets;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Caches values derived from files, invalidated when the file changes: its attributes are read each
 * time, its content only if they differ. Values of recently changed files are not cached, because
 * the next change may leave the same time.
 *
 * <p>Keeps the {@value #MOST} most recently used entries. Safe for use by many threads.
 *
 * @param <K> the key of a value; it identifies the file
 * @param <T> the value derived from a file
 */
final class FileCache<K, T> {
  static final int MOST = 256;

  /**
   * The minimum age of the last change of a cached file. The clocks of file systems advance every
   * few milliseconds, but the time of a mapped file changes only now and then: on Linux when a
   * program begins to write to a clean page, and a dirty page is clean again after 35 s at most
   * (vm.dirty_expire_centisecs and vm.dirty_writeback_centisecs). The rest covers the clocks of
   * other hosts.
   */
  static final Duration SETTLED = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Predicate<T> small;
  private final Map<K, Found<T>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Found<T>> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Creates an empty cache.
   *
   * @param small whether a value is small enough to be cached
   */
  FileCache(InstantSource clock, Predicate<T> small) {
    this.clock = clock;
    this.small = small;
  }

  private record Found<T>(FileStamp in, T what) {}

  /**
   * Returns the value of the file, cached if it is unchanged. Failures of reading are not cached.
   */
  T find(K wanted, Path file, Supplier<T> reading) {
    Optional<FileStamp> version = FileStamp.of(file);
    Found<T> before = known(wanted);
    if (before != null && version.isPresent() && version.get().equals(before.in)) {
      return before.what;
    }
    boolean settled =
        version.isPresent() && version.get().changed().isBefore(clock.instant().minus(SETTLED));
    T found = reading.get();
    if (settled
        && small.test(found)
        && version.equals(FileStamp.of(file))) { // else the value may be of either version
      keep(wanted, new Found<>(version.get(), found));
    }
    return found;
  }

  private synchronized @Nullable Found<T> known(K wanted) {
    return known.get(wanted);
  }

  private synchronized void keep(K wanted, Found<T> found) {
    known.put(wanted, found);
  }

  /** Returns the number of entries. */
  synchronized int size() {
    return known.size();
  }
}
