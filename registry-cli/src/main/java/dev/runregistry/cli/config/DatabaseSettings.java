package dev.runregistry.cli.config;

import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The database, its user and its password, which is never shown. */
public final class DatabaseSettings {
  private static final Secret PASSWORD =
      new Secret("password for the database", Setting.DB_PASSWORD, Setting.DB_PASSWORD_FILE);

  private DatabaseSettings() {}

  /**
   * Puts them together.
   *
   * @throws UsageException if there is no such kind of database, or the password cannot be read
   */
  public static DatabaseConfig config(Settings settings, Settings.Value url) {
    try {
      String user = settings.given(Setting.DB_USER).map(Settings.Value::text).orElse(null);
      return new DatabaseConfig(url.text(), user, PASSWORD.read(settings));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + " (" + url.source() + ")", e);
    }
  }

  /**
   * Returns the password for each new connection: that in the file as it is then, or as it was at
   * the start while the file cannot be read. Called just before the driver reads the time zone.
   */
  public static Supplier<@Nullable String> password(Settings settings, DatabaseConfig config) {
    boolean mayChange = PASSWORD.isInRegularFile(settings);
    return () -> {
      LocalZone.hideFromDriver();
      try {
        return mayChange ? PASSWORD.read(settings) : config.password();
      } catch (UsageException e) {
        return config.password();
      }
    };
  }

  /** The URL without anything that may be a secret. */
  public static String redact(String url) {
    return url.replaceAll("(?i)((?:ssl)?password=)[^&]*", "$1***")
        .replaceAll("//[^/?#]*@", "//***@");
  }
}
