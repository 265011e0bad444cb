package dev.runregistry.provenance;

import dev.runregistry.internal.files.RegularFiles;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a git repository, read in the same way as {@code git} itself does, because
 * starting that would take longer than starting the run.
 *
 * @param gitDir the directory of this working tree
 * @param commonDir the directory shared by all working trees; the same unless there are several
 */
record GitDirectory(Path gitDir, Path commonDir) {
  private static final String NAME = ".git";
  private static final String LINK = "gitdir: ";
  private static final String REFERENCE = "ref: ";
  private static final int LONGEST_CHAIN = 5; // of references to references, as in git
  private static final int LONGEST = 4_096; // of a file with one line
  private static final int LARGEST_PACK = 1 << 20; // of packed-refs; larger ones are left to git

  /** Returns that of the nearest working tree that contains the directory. */
  static Optional<GitDirectory> of(File folder) {
    for (File at = folder; at != null; at = at.getParentFile()) {
      File git = new File(at, NAME);
      if (git.exists()) {
        return open(git);
      }
    }
    return Optional.empty();
  }

  /** In linked working trees and submodules it is a file that names the directory. */
  private static Optional<GitDirectory> open(File git) {
    try {
      Path gitDir = git.isDirectory() ? git.toPath() : linked(git);
      // a FIFO, for example, would block git itself
      return Files.isRegularFile(gitDir.resolve("HEAD"))
          ? Optional.of(in(gitDir))
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Path linked(File git) throws IOException {
    String link = line(git.toPath());
    if (!link.startsWith(LINK)) {
      throw new IOException(git + " is no link to a repository");
    }
    return git.toPath().resolveSibling(link.substring(LINK.length()));
  }

  private static GitDirectory in(Path gitDir) throws IOException {
    try {
      return new GitDirectory(
          gitDir, gitDir.resolve(line(gitDir.resolve("commondir"))).normalize());
    } catch (NoSuchFileException e) {
      return new GitDirectory(gitDir, gitDir);
    }
  }

  /** Returns the commit checked out; null before the first one, and if it cannot be read. */
  @Nullable String head() {
    try {
      String value = line(inside(gitDir, "HEAD"));
      for (int i = 0; i < LONGEST_CHAIN && value.startsWith(REFERENCE); i++) {
        value = reference(value.substring(REFERENCE.length()).strip());
      }
      return isCommit(value) ? value : null;
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  private String reference(String name) throws IOException {
    if (!isReference(name)) {
      throw new IOException(name + " is no reference");
    }
    try {
      return line(inside(gitDir, name));
    } catch (NoSuchFileException e) {
      return shared(name);
    }
  }

  private String shared(String name) throws IOException {
    try {
      return line(inside(commonDir, name));
    } catch (NoSuchFileException e) {
      return packed(name);
    }
  }

  private static boolean isReference(String name) {
    String parts = name + "/";
    return name.startsWith("refs/") && !parts.contains("/../") && !parts.contains("/./");
  }

  /** Returns the file after all links; one outside, such as a token, must not be recorded. */
  private static Path inside(Path place, String name) throws IOException {
    Path file = place.resolve(name).toRealPath();
    if (!file.startsWith(place.toRealPath())) {
      throw new IOException(name + " leads out of " + place);
    }
    return file;
  }

  private String packed(String name) throws IOException {
    byte[] pack = RegularFiles.read(inside(commonDir, "packed-refs"), LARGEST_PACK);
    BufferedReader lines =
        new BufferedReader(new StringReader(new String(pack, StandardCharsets.ISO_8859_1)));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.endsWith(" " + name)) {
        return line.substring(0, line.length() - name.length() - 1);
      }
    }
    return "";
  }

  private static boolean isCommit(String text) {
    return (text.length() == 40 || text.length() == 64)
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  private static String line(Path file) throws IOException {
    return new String(RegularFiles.read(file, LONGEST), StandardCharsets.UTF_8).strip();
  }
}
