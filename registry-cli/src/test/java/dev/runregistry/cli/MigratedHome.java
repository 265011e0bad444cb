package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A home whose SQLite database has been migrated, by copying one that was migrated once in this
 * process: a migration takes more processor time than all else that a start does.
 */
final class MigratedHome {
  private static final String DATABASE = "registry.db";

  private MigratedHome() {}

  /** Migrated when it is first needed. */
  private static final class Template {
    static final Path DATABASE_FILE = migrate();

    private static Path migrate() {
      try {
        Path home = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "migrated");
        assertThat(new Session(home).registry("migrate").code()).isZero();
        assertThat(home.resolve(DATABASE + "-wal")).doesNotExist();
        return home.resolve(DATABASE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Makes the home, unless it is there. */
  static void copyTo(Path home) {
    if (Files.exists(home)) {
      return;
    }
    try {
      Files.createDirectory(
          home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.copy(
          Template.DATABASE_FILE, home.resolve(DATABASE), StandardCopyOption.COPY_ATTRIBUTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
