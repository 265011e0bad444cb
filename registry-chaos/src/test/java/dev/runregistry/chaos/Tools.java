package dev.runregistry.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What kills at a call of the system, and what sets the clock of one process. Without them the
 * tests that need them are skipped, and fail where {@code RUN_REGISTRY_TOOLS} is {@code required},
 * as it is in the CI.
 */
public final class Tools {
  private static final String HOW_TO_GET_THEM =
      "no strace or no faketime; to get them on Debian or Ubuntu: apt-get install strace faketime";

  private Tools() {}

  /** Goes on only where they are. */
  public static void need() {
    if (strace() && clock().isPresent()) {
      return;
    }
    if ("required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
      throw new AssertionError(HOW_TO_GET_THEM);
    }
    Assumptions.abort(HOW_TO_GET_THEM);
  }

  private static boolean strace() {
    return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "strace")));
  }

  /** The library that is preloaded for a wrong clock. */
  static Optional<Path> clock() {
    try (Stream<Path> all = Files.walk(Path.of("/usr/lib"), 3)) {
      return all.filter(path -> path.endsWith("faketime/libfaketimeMT.so.1")).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
