package dev.runregistry.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders for the eyes of their owner only, which are there, whole, after a power cut.
 * Written also by a thread that has been interrupted, whose flag is kept: what a run did must be
 * noted all the same, and Java's channels close themselves under an interrupt.
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

  /** Writes a file so that its name never stands for half of it, even after a power cut. */
  public static void write(Path file, byte[] content) throws IOException {
    Uninterruptibly.io(() -> writeOnce(file, content));
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
   * Replaces that of a writer that was killed, each run having one only, and whatever the run has
   * put there: a FIFO would keep its writer waiting.
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
   * Writes a file into a folder that is still being put together, where nobody reads half of it. So
   * it needs no second name; and its only one gets to the disk together with its content, while a
   * renamed file costs the disk another turn.
   */
  public static void writeUnseen(Path file, byte[] content) throws IOException {
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
   * Replaces a file so that its name never stands for half of it while the host runs; need not
   * survive a power cut, after which it may be empty or torn.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary); // of one that was killed
    try {
      create(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** Renames a file that is not to be read, and not to be lost, so that its place is free. */
  public static void keepBeside(Path file, String suffix) throws IOException {
    Path place = file.resolveSibling(file.getFileName() + "." + suffix);
    Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Creates a file with this content that need not survive a power cut.
   *
   * @throws FileAlreadyExistsException if it is there
   */
  public static void create(Path file, byte[] content) throws IOException {
    Files.createFile(file, OWNER_ONLY_FILE);
    if (content.length > 0) {
      Files.write(file, content); // in a second step: a channel would break under an interrupt
    }
  }

  /**
   * Creates one folder; {@link #sync} its parent to make that durable.
   *
   * @throws FileAlreadyExistsException if it is there
   */
  public static void createFolder(Path folder) throws IOException {
    Files.createDirectory(folder, OWNER_ONLY_FOLDER);
  }

  /** Creates a folder and what is missing above it, durably; does nothing when it is there. */
  public static void createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folderOf(folder);
    createFolders(parent);
    try {
      createFolder(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) { // else somebody else was faster
        throw e;
      }
    }
    sync(parent);
  }

  /**
   * Writes a file durably and deletes it; deletes it also when it cannot be written.
   *
   * @throws IOException if its folder cannot be written, or the disk is full
   */
  public static void probe(Path file) throws IOException {
    try {
      writeUnseen(file, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Makes the names in a folder durable. */
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
