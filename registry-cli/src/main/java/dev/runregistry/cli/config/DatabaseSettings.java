package dev.runregistry.cli.config;

import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The database, its user and its password, which is never shown. */
public final class DatabaseSettings {
  private static final Secret PASSWORD =
      new Secret("password for the database", Setting.DB_PASSWORD, Setting.DB_PASSWORD_FILE);

  /**
   * {@code postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTIONS}, as libpq and other programs take it.
   */
  private static final Pattern LIBPQ =
      Pattern.compile("postgres(?:ql)?://(?:([^@/?]*)@)?([^/?]*)/?([^?]*)(\\?.*)?");

  private DatabaseSettings() {}

  /**
   * Puts them together.
   *
   * @throws UsageException if there is no such kind of database, or the password cannot be read
   */
  public static DatabaseConfig config(Settings settings, Settings.Value url) {
    try {
      String user = settings.given(Setting.DB_USER).map(Settings.Value::text).orElse(null);
      String password = PASSWORD.read(settings);
      Matcher libpq = LIBPQ.matcher(url.text());
      if (!libpq.matches()) {
        return new DatabaseConfig(url.text(), user, password);
      }
      String[] login = Objects.requireNonNullElse(libpq.group(1), "").split(":", 2);
      return new DatabaseConfig(
          "jdbc:postgresql://%s/%s%s"
              .formatted(
                  libpq.group(2), libpq.group(3), Objects.requireNonNullElse(libpq.group(4), "")),
          user == null && !login[0].isEmpty() ? decoded(login[0]) : user,
          password == null && login.length > 1 ? decoded(login[1]) : password);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + " (" + url.source() + ")", e);
    }
  }

  /** Unlike in a query, {@code +} is a plus sign there. */
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) { // its message repeats a part of the password
      throw new IllegalArgumentException("user and password in the URL are not URL-encoded");
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
