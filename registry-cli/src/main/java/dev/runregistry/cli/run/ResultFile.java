package dev.runregistry.cli.run;

import dev.runregistry.cli.text.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A file of the user that gets one line. A regular file is replaced as a whole, so that a reader
 * sees all of the line or none; a pipe or a device is written to.
 *
 * @param option the option that names it, for messages
 * @param name its path
 */
public record ResultFile(String option, String name) {
  /**
   * Writes the line.
   *
   * @throws UsageException if it cannot be written; what the file had is unchanged
   */
  void write(String line) {
    try {
      write(Path.of(name), line + "\n");
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "%s: %s cannot be written: %s".formatted(option, name, e.getClass().getSimpleName()), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.writeString(file, text);
      return;
    }
    Path beside = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.writeString(beside, text);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
