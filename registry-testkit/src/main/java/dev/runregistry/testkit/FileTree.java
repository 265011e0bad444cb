package dev.runregistry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Lists directories recursively. */
public final class FileTree {
  private FileTree() {}

  /** Returns all that is below the folder, without the folder itself. */
  public static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> !path.equals(folder)).toList();
    }
  }
}
