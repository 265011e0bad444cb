package dev.runregistry.cli;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The database, its user and its password, which is never shown. */
final class DatabaseSettings {
  private DatabaseSettings() {}

  /**
   * Puts them together.
   *
   * @throws UsageException if there is no such kind of database, or the password cannot be read
   */
  static DatabaseConfig config(Settings settings, Settings.Value url) {
    try {
      String user = settings.given(Setting.DB_USER).map(Settings.Value::text).orElse(null);
      return new DatabaseConfig(url.text(), user, password(settings));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + " (" + url.source() + ")", e);
    }
  }

  private static @Nullable String password(Settings settings) {
    Settings.Value said = settings.given(Setting.DB_PASSWORD).orElse(null);
    Settings.Value file = settings.given(Setting.DB_PASSWORD_FILE).orElse(null);
    if (said != null && file != null) {
      throw new UsageException(
          "two passwords for the database, %s and %s; say only one"
              .formatted(said.source(), file.source()));
    }
    return file != null ? firstLine(file) : said == null ? null : said.text();
  }

  private static @Nullable String firstLine(Settings.Value file) {
    try (BufferedReader reader = Files.newBufferedReader(Path.of(file.text()))) {
      return reader.readLine();
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "the password cannot be read from %s (%s): %s"
              .formatted(file.text(), file.source(), e.getClass().getSimpleName()),
          e);
    }
  }

  /** The URL without anything that may be a secret. */
  static String masked(String url) {
    return url.replaceAll("(?i)((?:ssl)?password=)[^&]*", "$1***")
        .replaceAll("//[^/?#]*@", "//***@");
  }
}
