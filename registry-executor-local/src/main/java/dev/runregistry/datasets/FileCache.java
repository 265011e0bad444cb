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
 * What was found in files that have not changed since: a file is looked at each time, and read when
 * it is not the one that was read before. Of a file that was changed a short while ago nothing is
 * kept, because the next change may leave the same time.
 *
 * <p>Keeps the {@value #MOST} that were asked for last. Safe for use by many threads.
 *
 * @param <K> what is asked for; says which file that is in
 * @param <T> what is found in it
 */
final class FileCache<K, T> {
  static final int MOST = 256;

  /**
   * How long ago a file has to have changed. The clocks of file systems move every few
   * milliseconds, but a program that has mapped a file changes its time only now and then: on Linux
   * when it begins to write to a page that is on disk, which a page is again after 35 s at most
   * (vm.dirty_expire_centisecs and vm.dirty_writeback_centisecs). More than that also covers other
   * hosts' clocks.
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
   * Nothing is known yet.
   *
   * @param small whether that can be kept without a thought for memory
   */
  FileCache(InstantSource clock, Predicate<T> small) {
    this.clock = clock;
    this.small = small;
  }

  private record Found<T>(FileStamp in, T what) {}

  /** What is in the file, from memory where that is the same. What reading throws is not kept. */
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
        && version.equals(FileStamp.of(file))) { // else what was read is of either
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

  /** How many are kept. */
  synchronized int size() {
    return known.size();
  }
}
