package dev.runregistry.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Set;

/**
 * Reads files that another program can replace: by a FIFO, which blocks its reader, by a device
 * without an end, or by a link to another user's secrets. Only regular files are opened, and the
 * number of bytes read is bounded whatever their reported size. {@link NoSuchFileException} is the
 * only exception that means that there is no file; after any other one that is unknown.
 *
 * <p>With {@link LinkOption#NOFOLLOW_LINKS} the file itself must be regular, for files in
 * directories that a run can write to. Without, a link may lead to a regular file, for files that a
 * user names.
 *
 * <p>A file can be exchanged between the check and the opening. With {@code NOFOLLOW_LINKS} it is
 * therefore opened for reading and writing, which never blocks, not even on a FIFO, and checked
 * again. Where that is not permitted, and for links that are followed, this small window remains:
 * Java cannot open a file with {@code O_NONBLOCK}.
 */
public final class RegularFiles {
  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  private RegularFiles() {}

  /**
   * Opens a regular file for reading.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws NotRegularFileException if it is anything else
   */
  public static FileChannel open(Path file, LinkOption... links) throws IOException {
    if (!attributes(file, links).isRegularFile()) {
      throw new NotRegularFileException(file);
    }
    FileChannel channel = links.length == 0 ? FileChannel.open(file, READ) : openUnlinked(file);
    try {
      channel.position(); // fails for a FIFO, a socket or a terminal that replaced it
      return channel;
    } catch (ClosedByInterruptException e) { // implies nothing about the file
      throw e;
    } catch (IOException e) {
      channel.close();
      NotRegularFileException exchanged = new NotRegularFileException(file);
      exchanged.addSuppressed(e);
      throw exchanged;
    }
  }

  private static FileChannel openUnlinked(Path file) throws IOException {
    try {
      return FileChannel.open(
          file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) { // of another user, or on a file system that is read-only
      return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Opens a regular file as a stream; see {@link #open}. */
  public static InputStream newInputStream(Path file, LinkOption... links) throws IOException {
    return Channels.newInputStream(open(file, links));
  }

  /**
   * Returns the whole content of a regular file.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws NotRegularFileException if it is anything else
   * @throws FileTooLargeException if it has more than {@code maxBytes}
   */
  public static byte[] read(Path file, int maxBytes, LinkOption... links) throws IOException {
    byte[] bytes = readHead(file, maxBytes + 1, links);
    if (bytes.length > maxBytes) {
      throw new FileTooLargeException(file, maxBytes);
    }
    return bytes;
  }

  /** Returns the first bytes of a regular file, at most {@code maxBytes}; see {@link #open}. */
  public static byte[] readHead(Path file, int maxBytes, LinkOption... links) throws IOException {
    try (InputStream in = newInputStream(file, links)) {
      return in.readNBytes(maxBytes);
    }
  }

  /**
   * Truncates a regular file; a link is not followed.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws IOException if it is a link or anything else, or cannot be written to
   */
  public static void truncate(Path file, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.truncate(bytes);
    }
  }

  /**
   * Returns whether something has that name, even a dangling link.
   *
   * @throws IOException if that cannot be determined; {@link Files#exists} returns false then
   */
  public static boolean exists(Path file) throws IOException {
    try {
      attributes(file, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Returns when the content of a file or directory was changed last.
   *
   * @throws NoSuchFileException if it does not exist
   */
  public static FileTime lastModified(Path file, LinkOption... links) throws IOException {
    return attributes(file, links).lastModifiedTime();
  }

  private static BasicFileAttributes attributes(Path file, LinkOption... links) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, links);
    } catch (NoSuchFileException e) {
      requireDirectories(file);
      throw e;
    }
  }

  /** With JDK 25, a file in place of a directory of the path is reported as a missing file, too. */
  private static void requireDirectories(Path file) throws NotDirectoryException {
    for (Path parent = file.getParent(); parent != null; parent = parent.getParent()) {
      if (Files.isDirectory(parent)) {
        return;
      }
      if (Files.exists(parent)) {
        throw new NotDirectoryException(parent.toString());
      }
    }
  }
}
