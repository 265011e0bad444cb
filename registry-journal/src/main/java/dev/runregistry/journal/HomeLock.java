package dev.runregistry.journal;

import dev.runregistry.internal.files.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file that one process holds at a time, and that the kernel releases with it. The
 * first byte is the lock; the second one shows that it is held, so that {@link #isHeld} never
 * disturbs {@link #tryLock}.
 *
 * <p>Such a lock belongs to the process, and ends when any channel on the file is closed in it: as
 * in {@link RunLocks}, a system property marks the file while it is open. Safe for use by many
 * threads.
 */
final class HomeLock {
  private static final String PROPERTY = "dev.runregistry.lock.";

  private final Path file;
  private @Nullable FileChannel channel; // guarded by this

  HomeLock(Path file) {
    this.file = file;
  }

  private String property() {
    return PROPERTY + file;
  }

  /** Tries to lock; returns false if it is held, here or elsewhere. */
  synchronized boolean tryLock() throws IOException {
    if (System.getProperties().putIfAbsent(property(), "") != null) {
      return false;
    }
    boolean locked = false;
    try {
      locked = isLocked();
      return locked;
    } finally {
      if (!locked) {
        System.getProperties().remove(property());
      }
    }
  }

  private boolean isLocked() throws IOException {
    FileChannel opened =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            DurableFiles.OWNER_ONLY_FILE);
    boolean locked = false;
    try {
      locked = RunLocks.tryLock(opened, file, 0, 1, false);
      if (locked) {
        opened.lock(1, 1, false); // waits at most for a look at it
        channel = opened;
      }
      return locked;
    } finally {
      if (!locked) {
        opened.close();
      }
    }
  }

  /** Releases the lock; does nothing if it is not held through this object. */
  synchronized void unlock() throws IOException {
    FileChannel held = channel;
    if (held == null) {
      return;
    }
    channel = null;
    try {
      held.close();
    } finally {
      System.getProperties().remove(property());
    }
  }

  /** Returns whether any process holds the lock. */
  boolean isHeld() throws IOException {
    if (System.getProperties().putIfAbsent(property(), "") != null) {
      return true;
    }
    try (FileChannel opened =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      return !RunLocks.tryLock(opened, file, 1, 1, true);
    } catch (NoSuchFileException e) {
      return false;
    } finally {
      System.getProperties().remove(property());
    }
  }
}
