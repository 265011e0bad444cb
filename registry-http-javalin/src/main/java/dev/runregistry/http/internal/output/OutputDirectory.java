package dev.runregistry.http.internal.output;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The output directory of a run, as far as the operator allows it to be read: it has to be inside a
 * root, also after links are resolved. Of its files only regular ones are visible, no links.
 */
public final class OutputDirectory {
  /** The maximum number of files that are listed, the first ones in their order. */
  public static final int MAX_FILES = 10_000;

  private static final String DENIED = "Invalid artifact path";

  private final @Nullable Path directory;

  private OutputDirectory(@Nullable Path directory) {
    this.directory = directory;
  }

  /**
   * Returns the output directory of the run; an empty one if the run has none, or it was not
   * created.
   *
   * @param root the directory outside which nothing is read
   * @throws HttpProblem 403 if it is outside the root
   */
  public static OutputDirectory of(Run run, Path root) throws IOException {
    String recorded = run.spec().outputDir();
    if (recorded == null) {
      return new OutputDirectory(null);
    }
    Path allowed = root.toAbsolutePath().normalize();
    Path wanted = resolved(recorded, run.provenance());
    try {
      Path real = wanted.toRealPath();
      requireInside(real, allowed.toRealPath());
      return new OutputDirectory(real);
    } catch (NoSuchFileException e) {
      requireInside(wanted, allowed);
      return new OutputDirectory(null);
    }
  }

  private static Path resolved(String recorded, @Nullable Provenance provenance) {
    try {
      Path base = Path.of(provenance == null ? "" : provenance.workingDirectory());
      return base.resolve(recorded).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw HttpProblem.of(403, DENIED);
    }
  }

  private static void requireInside(Path path, Path root) {
    if (!path.startsWith(root)) {
      throw HttpProblem.of(403, DENIED);
    }
  }

  /** Returns the sizes of the files by their names, at most {@value #MAX_FILES}. */
  public SortedMap<String, Long> files() throws IOException {
    TreeMap<String, Long> files = new TreeMap<>();
    if (directory == null) {
      return files;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        size(entry).ifPresent(size -> files.put(entry.getFileName().toString(), size));
        if (files.size() > MAX_FILES) {
          files.pollLastEntry();
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) { // the run has exchanged it
      files.clear();
    }
    return files;
  }

  private static Optional<Long> size(Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile() ? Optional.of(attributes.size()) : Optional.empty();
    } catch (NoSuchFileException e) { // deleted meanwhile
      return Optional.empty();
    }
  }

  /**
   * Opens a file directly in the directory; the caller closes it. Empty if there is no regular file
   * of that name.
   *
   * @throws HttpProblem 403 if it is no file name, or the name of a link
   */
  public Optional<FileChannel> open(String name) throws IOException {
    if (name.isEmpty() || name.matches("[.]{1,2}|(?s).*[/\\\\\0].*")) {
      throw HttpProblem.of(403, DENIED);
    }
    if (directory == null) {
      return Optional.empty();
    }
    Path file = directory.resolve(name);
    try {
      return Optional.of(RegularFiles.open(file, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (NotRegularFileException e) {
      if (Files.isSymbolicLink(file)) {
        throw HttpProblem.of(403, DENIED);
      }
      return Optional.empty();
    }
  }
}
