package dev.runregistry.journal;

import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The directory of an archived run, including files of the run itself. */
record ArchivedDirectory(RunDirectory folder) {
  /** Returns when the run ended. */
  Instant endedAt() throws IOException {
    try {
      return lastModified(folder.ended());
    } catch (NoSuchFileException e) { // an earlier deletion was interrupted
      return lastModified(folder.path());
    }
  }

  private static Instant lastModified(Path path) throws IOException {
    return RegularFiles.lastModified(path, LinkOption.NOFOLLOW_LINKS).toInstant();
  }

  /** Returns the sizes of its files in bytes, without those that may not be read. */
  long size() throws IOException {
    AtomicLong bytes = new AtomicLong();
    Files.walkFileTree(
        folder.path(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              bytes.addAndGet(attributes.size());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes.get();
  }

  /**
   * Deletes the directory and its content; of links only the links. Lists all of it before it
   * deletes any of it, and deletes the ending last: if interrupted before it, the directory is
   * found again by its age.
   */
  void delete() throws IOException {
    for (Path path : contents()) {
      Files.deleteIfExists(path);
    }
    Files.deleteIfExists(folder.ended());
    Files.deleteIfExists(folder.path());
  }

  /** Returns all but the directory itself and the ending, directories after their content. */
  private List<Path> contents() throws IOException {
    Contents contents = new Contents();
    Files.walkFileTree(folder.path(), contents);
    return contents.paths;
  }

  private final class Contents extends SimpleFileVisitor<Path> {
    final List<Path> paths = new ArrayList<>();

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
        makeAccessible(directory); // a run may write-protect its files
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!file.equals(folder.ended())) {
        paths.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) { // another process was faster
        return FileVisitResult.CONTINUE;
      }
      if (failure instanceof AccessDeniedException && !isAccessible(file)) {
        makeAccessible(file); // a directory that the run made unreadable
        Contents inner = new Contents();
        Files.walkFileTree(file, inner);
        paths.addAll(inner.paths);
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    private static boolean isAccessible(Path directory) {
      return Files.isReadable(directory) && Files.isExecutable(directory);
    }

    private static void makeAccessible(Path directory) throws IOException {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (!directory.equals(folder.path())) {
        paths.add(directory);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
