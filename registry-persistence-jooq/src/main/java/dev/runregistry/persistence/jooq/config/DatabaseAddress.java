package dev.runregistry.persistence.jooq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The address of a database, in one form for all equivalent URLs, without a connection and without
 * possible secrets.
 */
public final class DatabaseAddress {
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final String DEFAULT_HOST = "localhost";
  private static final String DEFAULT_PORT = "5432";
  private static final String SCHEMA = "currentSchema";
  private static final int MAX_LINKS = 40; // the limit of Linux

  private DatabaseAddress() {}

  /**
   * Returns the address: for PostgreSQL hosts in lower case, each with its port, the database and
   * the schema if the URL names one; for SQLite the file, absolute and without symbolic links,
   * whether it exists or not.
   */
  public static String of(DatabaseConfig config) {
    return config.isSqlite()
        ? "jdbc:sqlite:" + real(config.file(), MAX_LINKS)
        : postgres(config.url(), Optional.ofNullable(config.user()));
  }

  private static String postgres(String url, Optional<String> user) {
    int query = url.indexOf('?');
    String place = url.substring(POSTGRES.length(), query < 0 ? url.length() : query);
    List<String> options =
        query < 0 ? List.of() : Arrays.asList(url.substring(query + 1).split("&"));
    String hosts = "";
    String database = place;
    if (place.startsWith("//")) {
      int slash = place.indexOf('/', 2);
      hosts = place.substring(2, slash < 0 ? place.length() : slash);
      database = slash < 0 ? "" : place.substring(slash + 1);
    } else if (place.startsWith("/")) {
      database = place.substring(1);
    }
    String name = decoded(database);
    if (name.isEmpty()) { // then the driver uses the user's name
      name = user.or(() -> option(options, "user")).orElse("");
    }
    String schema = option(options, SCHEMA).map(s -> "?" + SCHEMA + "=" + encoded(s)).orElse("");
    return POSTGRES + "//" + hosts(hosts) + "/" + encoded(name) + schema;
  }

  private static String hosts(String hosts) {
    return Arrays.stream(hosts.split(","))
        .map(DatabaseAddress::withPort)
        .collect(Collectors.joining(","));
  }

  private static String withPort(String host) {
    int colon = host.lastIndexOf(':');
    boolean ported = colon > host.lastIndexOf(']'); // not one of an IPv6 address
    String name = ported ? host.substring(0, colon) : host;
    String port = ported ? host.substring(colon + 1) : "";
    return (name.isEmpty() ? DEFAULT_HOST : name.toLowerCase(Locale.ROOT))
        + ":"
        + (port.isEmpty() ? DEFAULT_PORT : port);
  }

  private static Optional<String> option(List<String> options, String name) {
    return options.stream()
        .filter(option -> option.startsWith(name + "="))
        .map(option -> decoded(option.substring(name.length() + 1)))
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) { // rejected later by the driver
      return text;
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** Resolves a missing file against the nearest parent that exists. */
  private static Path real(Path file, int links) {
    Path absolute = file.toAbsolutePath();
    try {
      return absolute.toRealPath();
    } catch (IOException e) { // missing, or not accessible
      return withoutFile(absolute, links);
    }
  }

  private static Path withoutFile(Path absolute, int links) {
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute.normalize();
    }
    if (links > 0 && Files.isSymbolicLink(absolute)) { // a database is created at its target
      try {
        return real(parent.resolve(Files.readSymbolicLink(absolute)), links - 1);
      } catch (IOException e) {
        return absolute.normalize();
      }
    }
    return real(parent, links).resolve(name).normalize();
  }
}
