package dev.runregistry.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Files and directories that only their owner can access, and that exist completely after a power
 * cut. Also written by an interrupted thread, whose flag is kept: the results of a run must be
 * recorded all the same, and Java's channels close themselves on an interrupt.
 */
public final class DurableFiles {
  private static final int PROBE_BYTES = 4096; // a block: an empty file fits on a full disk

  public static final FileAttribute<?> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Set<StandardOpenOption> FILE_OF_OURS =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
  private static final Set<StandardOpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private DurableFiles() {}

  /** Writes a file so that its name never refers to half of it, even after a power cut. */
  public static void write(Path file, byte[] content) throws IOException {
    Uninterruptibly.io(() -> writeOnce(file, content));
  }

  /**
   * Writes a file as {@link #write} does, unless it exists. Of several writers, also in other
   * processes, one succeeds.
   *
   * @return whether this call wrote it
   * @throws java.nio.file.NoSuchFileException if there is no such directory
   */
  public static boolean writeIfAbsent(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    boolean[] written = new boolean[1];
    Uninterruptibly.io(
        () -> {
          try {
            writeNew(temporary, content);
            written[0] = linkIfAbsent(temporary, file);
          } finally {
            Files.deleteIfExists(temporary);
          }
          syncOnce(folderOf(file));
        });
    return written[0];
  }

  private static boolean linkIfAbsent(Path temporary, Path file) throws IOException {
    try {
      Files.createLink(file, temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) { // a file system without hard links
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    }
  }

  private static void writeOnce(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      writeNew(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    syncOnce(folderOf(file));
  }

  /**
   * Gives a complete file, which another program has written into the same file system, its name,
   * durably: even after a power cut the name refers to all of it, or to what it referred to before.
   *
   * @param complete may still have its own name, too, afterwards
   * @param replaces whether a file of that name is replaced
   * @throws FileAlreadyExistsException if there is one, and it is not replaced
   */
  public static void publish(Path complete, Path file, boolean replaces) throws IOException {
    Uninterruptibly.io(
        () -> {
          try (FileChannel channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        });
    if (replaces) {
      Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE);
    } else if (!linkIfAbsent(complete, file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    sync(folderOf(file));
  }

  /**
   * Replaces the file of a writer that was killed, since each run has only one, and whatever the
   * run has put there: a FIFO would block its writer.
   */
  private static void writeNew(Path file, byte[] content) throws IOException {
    try {
      write(file, NEW_FILE, content);
    } catch (FileAlreadyExistsException e) {
      Files.delete(file);
      write(file, NEW_FILE, content);
    }
  }

  /**
   * Writes a file into a staging directory, which has no readers. So it needs no temporary name;
   * and its name is written to the disk together with its content, while a rename costs another
   * write.
   */
  public static void writeInPlace(Path file, byte[] content) throws IOException {
    Uninterruptibly.io(
        () -> {
          write(file, FILE_OF_OURS, content);
          syncOnce(folderOf(file));
        });
  }

  private static void write(Path file, Set<StandardOpenOption> options, byte[] content)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, options, OWNER_ONLY_FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Replaces a file so that its name never refers to half of it while the host runs; need not
   * survive a power cut, after which it may be empty or torn.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary); // of a writer that was killed
    try {
      create(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** Renames a file that must not be read, and not be lost, so that its name is free. */
  public static void renameAside(Path file, String suffix) throws IOException {
    Path place = file.resolveSibling(file.getFileName() + "." + suffix);
    Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Creates a file with this content that need not survive a power cut.
   *
   * @throws FileAlreadyExistsException if it exists
   */
  public static void create(Path file, byte[] content) throws IOException {
    Files.createFile(file, OWNER_ONLY_FILE);
    if (content.length > 0) {
      Files.write(file, content); // in a second step: a channel would break on an interrupt
    }
  }

  /**
   * Creates one directory; {@link #sync} its parent to make that durable.
   *
   * @throws FileAlreadyExistsException if it exists
   */
  public static void createDirectory(Path folder) throws IOException {
    Files.createDirectory(folder, OWNER_ONLY_FOLDER);
  }

  /** Creates a directory and its missing parents, durably; does nothing if it exists. */
  public static void createDirectories(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folderOf(folder);
    createDirectories(parent);
    try {
      createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) { // else another process was faster
        throw e;
      }
    }
    sync(parent);
  }

  /**
   * Writes a file durably and deletes it, even if it cannot be written.
   *
   * @throws IOException if its directory cannot be written, or the disk is full
   */
  public static void probe(Path file) throws IOException {
    try {
      writeInPlace(file, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Makes the names in a directory durable. */
  public static void sync(Path folder) throws IOException {
    Uninterruptibly.io(() -> syncOnce(folder));
  }

  private static void syncOnce(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path folderOf(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IOException("no folder can hold " + file);
    }
    return parent;
  }
}
