package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLocksTest {
  @TempDir private Path folder;

  /** A registry of its own, as each of two web applications in one JVM has it. */
  private static ClassLoader another() {
    URL[] classes =
        Stream.of(RunLocks.class, DurableFiles.class, RunId.class)
            .map(one -> one.getProtectionDomain().getCodeSource().getLocation())
            .toArray(URL[]::new);
    ClassLoader rest = RunLocksTest.class.getClassLoader();
    return new URLClassLoader(classes, ClassLoader.getPlatformClassLoader()) {
      @Override
      protected Class<?> findClass(String name) throws ClassNotFoundException {
        return name.startsWith("dev.runregistry.") ? super.findClass(name) : rest.loadClass(name);
      }
    };
  }

  private static boolean takenBy(ClassLoader loader, RunId id, Path file) throws Exception {
    Class<?> theirs = loader.loadClass(RunLocks.class.getName());
    assertThat(theirs).isNotSameAs(RunLocks.class);
    Class<?> theirId = loader.loadClass(RunId.class.getName());
    Object same = theirId.getMethod("parse", String.class).invoke(null, id.toString());
    Method take = theirs.getDeclaredMethod("tryLock", theirId, Path.class);
    take.setAccessible(true);
    return (Boolean) take.invoke(null, same, file);
  }

  /** As the kernel has it, for all processes. */
  private static boolean isLocked(Path file) throws IOException {
    Object inode = Files.getAttribute(file, "unix:ino");
    try (var locks = Files.lines(Path.of("/proc/locks"))) {
      return locks.anyMatch(lock -> lock.contains(":" + inode + " "));
    }
  }

  @Test
  void a_second_class_loader_neither_gets_a_run_that_is_claimed_nor_drops_its_lock()
      throws Exception {
    RunId id = Runs.id();
    Path file = folder.resolve("claim");
    assertThat(RunLocks.tryLock(id, file)).isTrue();

    assertThat(takenBy(another(), id, file)).isFalse();

    assertThat(isLocked(file)).isTrue();
    RunLocks.unlock(id);
    assertThat(isLocked(file)).isFalse();
    assertThat(takenBy(another(), id, file)).isTrue();
    assertThat(RunLocks.tryLock(id, file)).isFalse();
    System.clearProperty("dev.runregistry.lock." + id);
  }

  @Test
  void what_cannot_be_locked_can_be_claimed_later() throws IOException {
    RunId id = Runs.id();
    Path file = Files.createDirectory(folder.resolve("claim"));

    try {
      RunLocks.tryLock(id, file);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("claim");
    }
    Files.delete(file);

    assertThat(RunLocks.tryLock(id, file)).isTrue();
    RunLocks.unlock(id);
  }

  @Test
  void a_run_that_an_older_version_in_this_jvm_has_locked_can_be_claimed_later()
      throws IOException {
    RunId id = Runs.id();
    Path file = Files.createFile(folder.resolve("claim"));

    try (FileChannel older = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = older.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> RunLocks.tryLock(id, file))
          .isInstanceOf(OverlappingFileLockException.class);
    }

    assertThat(RunLocks.tryLock(id, file)).isTrue();
    RunLocks.unlock(id);
  }
}
