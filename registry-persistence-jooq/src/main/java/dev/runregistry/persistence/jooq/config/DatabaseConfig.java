package dev.runregistry.persistence.jooq.config;

import static java.util.Objects.requireNonNull;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The address of a database and its login. A password in the URL is removed from it, so that the
 * URL can be shown and no driver can repeat it; {@link #toString} never shows one.
 *
 * @param url {@code jdbc:postgresql://HOST[:PORT]/DATABASE[?OPTIONS]} or {@code jdbc:sqlite:FILE};
 *     without its password
 * @param user the login; null if it is in the URL, or none is needed
 * @param password of that user; null when none is needed
 */
public record DatabaseConfig(String url, @Nullable String user, @Nullable String password) {
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final String SQLITE = "jdbc:sqlite:";
  private static final String PASSWORD = "password=";

  /** Options at the end of a file name; elsewhere a question mark has no meaning. */
  private static final Pattern OPTIONS = Pattern.compile("\\?\\w+=[^/]*$");

  /**
   * Checks the URL, without connecting to the database.
   *
   * @throws IllegalArgumentException if it is of another kind; the message names what is allowed
   *     and does not repeat the URL, which may hold a password
   */
  public DatabaseConfig {
    requireNonNull(url, "url");
    if (url.startsWith(POSTGRES)) {
      requireNoPasswordInHost(url);
      password = password != null ? password : passwordIn(url).orElse(null);
      url = withoutPassword(url);
    } else if (url.startsWith(SQLITE)) {
      requireFile(url.substring(SQLITE.length()));
    } else {
      throw new IllegalArgumentException(
          "a database is jdbc:postgresql://HOST[:PORT]/DATABASE or jdbc:sqlite:FILE");
    }
  }

  /** Returns the address of a SQLite database in that file, which need not exist yet. */
  public static DatabaseConfig sqlite(Path file) {
    return new DatabaseConfig(SQLITE + file.toAbsolutePath(), null, null);
  }

  private static void requireNoPasswordInHost(String url) {
    if (beforeOptions(url).contains("@")) {
      throw new IllegalArgumentException(
          "user and password stand beside the URL of a PostgreSQL database, not before its host");
    }
  }

  private static void requireFile(String file) {
    // what the driver would take for a database in memory or for options
    if (file.isBlank()
        || file.startsWith(":")
        || file.startsWith("file:")
        || OPTIONS.matcher(file).find()) {
      throw new IllegalArgumentException(
          "jdbc:sqlite: is followed by the path of a file, without options: " + file);
    }
  }

  private static Optional<String> passwordIn(String url) {
    return options(url).stream()
        .filter(option -> option.startsWith(PASSWORD))
        .findFirst()
        .map(option -> decoded(option.substring(PASSWORD.length())));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) { // its message repeats a part of the password
      throw new IllegalArgumentException("the password in the URL is not URL-encoded");
    }
  }

  private static String withoutPassword(String url) {
    String options =
        options(url).stream()
            .filter(option -> !option.startsWith(PASSWORD))
            .collect(Collectors.joining("&"));
    return options.isEmpty() ? beforeOptions(url) : beforeOptions(url) + '?' + options;
  }

  private static String beforeOptions(String url) {
    int end = url.indexOf('?');
    return end < 0 ? url : url.substring(0, end);
  }

  private static List<String> options(String url) {
    int start = url.indexOf('?');
    return start < 0 ? List.of() : Arrays.asList(url.substring(start + 1).split("&"));
  }

  public boolean isSqlite() {
    return url.startsWith(SQLITE);
  }

  /** Returns the file of a SQLite database. */
  public Path file() {
    return Path.of(url.substring(SQLITE.length())).toAbsolutePath();
  }

  /** Returns the URL for messages, without its options, any of which may be a secret. */
  public String name() {
    return isSqlite() ? url : beforeOptions(url);
  }

  @Override
  public String toString() {
    return "DatabaseConfig[url=%s, user=%s, password=%s]"
        .formatted(
            name() + (name().equals(url) ? "" : "?…"), user, password == null ? "null" : "***");
  }
}
