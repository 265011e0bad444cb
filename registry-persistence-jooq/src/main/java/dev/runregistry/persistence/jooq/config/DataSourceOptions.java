package dev.runregistry.persistence.jooq.config;

import static java.util.Objects.requireNonNull;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the registry uses the {@code DataSource} of an application. Immutable.
 *
 * @see #DEFAULTS
 */
public final class DataSourceOptions {
  /** The schema of the connections, and the address that they report. */
  public static final DataSourceOptions DEFAULTS = builder().build();

  /** PostgreSQL cuts longer names. */
  private static final int LONGEST_NAME = 63;

  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");
  private static final String CURRENT_SCHEMA = "currentSchema=";

  private final Optional<String> schema;
  private final Optional<DatabaseConfig> address;

  private DataSourceOptions(Optional<String> schema, Optional<DatabaseConfig> address) {
    this.schema = schema;
    this.address = address;
  }

  /** Returns a builder without any option. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the schema of the tables; empty for that of the connections. */
  public Optional<String> schema() {
    return schema;
  }

  /**
   * Returns the address of the database with the schema in it, and no login; empty if a connection
   * is to report it.
   */
  public Optional<DatabaseConfig> address() {
    return address.map(this::inSchema);
  }

  /** Returns the address with the schema of these options, if there is one. */
  public DatabaseConfig inSchema(DatabaseConfig database) {
    if (schema.isEmpty()) {
      return database;
    }
    String name = schema.get();
    String value = PLAIN.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
    String url = database.url().replaceAll("(?<=[?&])" + CURRENT_SCHEMA + "[^&]*&?", "");
    String separator = url.indexOf('?') < 0 ? "?" : url.matches(".*[?&]") ? "" : "&";
    return new DatabaseConfig(
        url + separator + CURRENT_SCHEMA + URLEncoder.encode(value, StandardCharsets.UTF_8),
        database.user(),
        database.password());
  }

  /**
   * Returns the address of a database that an application shares, without a password.
   *
   * @throws IllegalArgumentException if it is not PostgreSQL
   */
  public static DatabaseConfig shareable(String url, @Nullable String user) {
    DatabaseConfig database = new DatabaseConfig(url, user, null);
    if (database.isSqlite()) {
      throw new IllegalArgumentException(
          "only PostgreSQL is shared with an application, a SQLite file is opened by"
              + " RunDatabase.at(DatabaseConfig): "
              + url);
    }
    return new DatabaseConfig(database.url(), user, null);
  }

  /** Builds {@link DataSourceOptions}; for one thread. */
  public static final class Builder {
    private Optional<String> schema = Optional.empty();
    private Optional<DatabaseConfig> address = Optional.empty();

    private Builder() {}

    /**
     * Sets the schema of the tables, which a migration creates if it does not exist. Without it,
     * they are in the schema that the connections have first in their search path, beside the
     * tables of the application.
     *
     * @param name of 1 to 63 bytes in UTF-8, as it is: neither quoted nor folded to lower case
     * @throws IllegalArgumentException if it is shorter or longer, or has a control character
     */
    public Builder schema(String name) {
      int length = requireNonNull(name, "name").getBytes(StandardCharsets.UTF_8).length;
      if (length < 1 || length > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "a schema has a name of 1 to %d bytes without control characters, this has %d: %s"
                .formatted(LONGEST_NAME, length, name.replaceAll("\\p{Cntrl}", "?")));
      }
      schema = Optional.of(name);
      return this;
    }

    /**
     * Sets the address by which the journal remembers the database of a run. It should be the one
     * that other registries of this home use, and the same at each start. With it, no connection is
     * opened before the first use.
     *
     * @param url {@code jdbc:postgresql://HOST[:PORT]/DATABASE}
     * @throws IllegalArgumentException if it is another kind of URL
     */
    public Builder url(String url) {
      address = Optional.of(shareable(url, null));
      return this;
    }

    /** Returns the options set so far. */
    public DataSourceOptions build() {
      return new DataSourceOptions(schema, address);
    }
  }
}
