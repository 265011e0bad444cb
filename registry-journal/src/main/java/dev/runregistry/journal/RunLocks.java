package dev.runregistry.journal;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.Uninterruptibly;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs that this process has locked, each by a lock on a file: the kernel releases it when the
 * process ends, however that happens, and child processes do not inherit it.
 *
 * <p>If the file system has no locks, a lock holds within this process only, which is logged once.
 *
 * <p>Shared by all homes of this process, because such a lock belongs to the process: closing a
 * second channel on the file would release it unnoticed, so no code here may ever open one. That
 * also holds across class loaders, each of which has its own copy of this class: a system property
 * marks the run as locked before the file is opened and until it is closed.
 */
final class RunLocks {
  private static final Logger log = LoggerFactory.getLogger(RunLocks.class);
  private static final String PROPERTY = "dev.runregistry.lock.";
  private static final Map<RunId, FileChannel> HELD = new HashMap<>(); // guarded by the class

  /** The messages of the C library for ENOSYS and ENOTSUP, as returned by Lustre without flock. */
  private static final Set<String> NO_LOCKS =
      Set.of("Function not implemented", "Operation not supported");

  private static boolean warned; // guarded by the class

  /** Not write-only, which on a FIFO in its place would block until there is a reader. */
  private static final Set<OpenOption> OPTIONS =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> EXISTING =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private RunLocks() {}

  /**
   * Locks a run.
   *
   * @return false if it is locked already
   * @throws java.nio.file.NoSuchFileException if its directory does not exist
   */
  static boolean tryLock(RunId id, Path file) throws IOException {
    return tryLock(id, file, OPTIONS);
  }

  /** Locks a run whose lock file must exist. */
  static boolean tryLockExisting(RunId id, Path file) throws IOException {
    return tryLock(id, file, EXISTING);
  }

  private static boolean tryLock(RunId id, Path file, Set<OpenOption> options) throws IOException {
    boolean[] taken = {false};
    Uninterruptibly.io(() -> taken[0] = takeOnce(id, file, options));
    return taken[0];
  }

  private static synchronized boolean takeOnce(RunId id, Path file, Set<OpenOption> options)
      throws IOException {
    if (System.getProperties().putIfAbsent(property(id), "") != null) {
      return false;
    }
    boolean locked = false;
    try {
      locked = isLocked(id, file, options);
      return locked;
    } finally {
      if (!locked) {
        System.getProperties().remove(property(id));
      }
    }
  }

  private static String property(RunId id) {
    return PROPERTY + id;
  }

  private static boolean isLocked(RunId id, Path file, Set<OpenOption> options) throws IOException {
    FileChannel channel = FileChannel.open(file, options, DurableFiles.OWNER_ONLY_FILE);
    try {
      if (tryLock(channel, file)) {
        HELD.put(id, channel);
        return true;
      }
    } catch (IOException | OverlappingFileLockException e) { // by an older version in this JVM
      channel.close();
      throw e;
    }
    channel.close();
    return false;
  }

  private static boolean tryLock(FileChannel channel, Path file) throws IOException {
    return tryLock(channel, file, 0, Long.MAX_VALUE, false);
  }

  /** Locks a part of a file; where the file system has no locks, it succeeds. */
  static synchronized boolean tryLock(
      FileChannel channel, Path file, long at, long size, boolean shared) throws IOException {
    try {
      return channel.tryLock(at, size, shared) != null;
    } catch (IOException e) {
      if (!NO_LOCKS.contains(String.valueOf(e.getMessage()))) {
        throw e;
      }
      if (!warned) {
        warned = true;
        log.warn(
            "{}: this file system has no file locks ({}). Run one registry at a time in this home,"
                + " mount the file system with locks (Lustre: -o flock), or keep the home on a"
                + " local disk (--home, REGISTRY_HOME)",
            file.getParent(),
            e.getMessage());
      }
      return true;
    }
  }

  /**
   * Returns whether the file system has locks: creates a file, locks it and deletes it.
   *
   * @param file does not exist
   */
  static boolean areSupported(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, OPTIONS, DurableFiles.OWNER_ONLY_FILE)) {
      return channel.tryLock() != null;
    } catch (IOException e) {
      if (NO_LOCKS.contains(String.valueOf(e.getMessage()))) {
        return false;
      }
      throw e;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Releases a lock; does nothing if this process does not hold it. */
  static synchronized void unlock(RunId id) {
    FileChannel channel = HELD.remove(id);
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) { // it is closed all the same
      log.debug("run {}: its lock cannot be released", id, e);
    } finally {
      System.getProperties().remove(property(id));
    }
  }
}
