package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DataSourceOptions;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.chain.EndingWriter;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.Privileges;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.persistence.jooq.internal.database.ServerState;
import dev.runregistry.persistence.jooq.internal.database.SqliteBackup;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.host.Hosts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database of the runs. Safe for use by many threads, and by many processes at once.
 *
 * <p>If PostgreSQL is stopped, paused or disconnected, a call fails after about two seconds. SQLite
 * waits up to five seconds while other processes write to the same file, and as long for other
 * threads of this one. The first call that finds an outdated schema migrates it and may take
 * longer.
 */
public final class RunDatabase implements AutoCloseable {
  private final DatabaseConfig config;
  private final Connections connections;
  private final Schema schema;
  private final Database database;
  private final JooqRunRepository runs;
  private final JooqRunChain chain;
  private final JooqIdempotencyKeys keys;
  private final JooqCancelRequests cancelRequests;
  private final JooqHosts hosts;

  private RunDatabase(DatabaseConfig config, Connections connections) {
    this.config = config;
    this.connections = connections;
    schema = new Schema(connections, () -> new Migrations(connections).runIfBehind());
    database = new Database(config, connections, schema, System::nanoTime);
    PreparedStatements statements = new PreparedStatements(connections);
    EndingWriter endings = EndingWriter.in(connections.types(), statements);
    runs = new JooqRunRepository(database, statements, endings);
    chain = new JooqRunChain(database, connections);
    keys = new JooqIdempotencyKeys(database, statements);
    cancelRequests = new JooqCancelRequests(database);
    hosts = new JooqHosts(database, statements, endings);
  }

  /**
   * Returns the database without opening a connection, so it need not be available.
   *
   * @throws RepositoryException if the driver of PostgreSQL is missing; that of SQLite is missed by
   *     the first call
   */
  public static RunDatabase at(DatabaseConfig config) {
    return at(config, config::password);
  }

  /**
   * Returns the database with a password that may change.
   *
   * @param password returns the password of the user for each new connection, instead of that of
   *     the configuration; null if none is needed. It is called by several threads
   */
  public static RunDatabase at(DatabaseConfig config, Supplier<@Nullable String> password) {
    try {
      return new RunDatabase(config, Connections.to(config, password));
    } catch (NoClassDefFoundError e) {
      Dialect types = config.isSqlite() ? Dialect.SQLITE : Dialect.POSTGRES;
      throw Database.missingDriver(types, "open the runs", config.name(), e);
    }
  }

  /**
   * Returns the runs in PostgreSQL, over connections out of the pool of an application; its tables
   * may be in the same schema. Opens a connection only if the options have no URL.
   *
   * <p>Each call takes one connection and releases it as it was; imports and verifications keep it
   * for long, and a migration needs three at once. All work is done in transactions of the registry
   * itself, so the source must not be one that takes part in transactions of the caller. Statements
   * and waits have the time limits of the source: with a {@code connectionTimeout} and a {@code
   * socketTimeout} of a second or two, a call fails as fast as is said above. {@link #close} leaves
   * the source open.
   *
   * <p>The defaults of its sessions have to be read-write and read committed, with a {@code
   * synchronous_commit} that is not off: calls are refused otherwise. With a schema among the
   * options, each call sets the search path and resets it.
   *
   * @throws RepositoryException if the options have no URL, and the database cannot be reached
   * @throws IllegalArgumentException if it is not PostgreSQL
   */
  public static RunDatabase at(DataSource source, DataSourceOptions options) {
    DatabaseConfig config = options.address().orElseGet(() -> options.inSchema(reportedBy(source)));
    return new RunDatabase(config, Connections.shared(source, options.schema()));
  }

  private static DatabaseConfig reportedBy(DataSource source) {
    try (Connection connection = source.getConnection()) {
      DatabaseMetaData reported = connection.getMetaData();
      return DataSourceOptions.shareable(reported.getURL(), reported.getUserName());
    } catch (SQLException e) {
      throw new RepositoryException("cannot reach the database: " + e.getMessage(), e);
    }
  }

  /**
   * Returns its runs. The first use checks the version of the schema and migrates an outdated one;
   * if this fails, the next use retries.
   */
  public RunRepository runs() {
    return runs;
  }

  /**
   * Returns the chain of its finished runs. Read-only: neither migrates nor creates anything,
   * accepts a file that cannot be written, and rejects an outdated schema.
   */
  public RunChain chain() {
    return chain;
  }

  /** Returns the keys of accepted requests, under the same terms as {@link #runs}. */
  public IdempotencyKeys idempotencyKeys() {
    return keys;
  }

  /** Returns the requests to cancel runs, under the same terms as {@link #runs}. */
  public CancelRequests cancelRequests() {
    return cancelRequests;
  }

  /** Returns the hosts of the runs, under the same terms as {@link #runs}. */
  public Hosts hosts() {
    return hosts;
  }

  /**
   * Validates the schema and brings it up to date; creates the file of a SQLite database and its
   * parent directories. Has longer timeouts than other calls: waits for concurrent migrations, and
   * as long as a migration takes.
   *
   * @throws RepositoryException if the database is unavailable, is of another program or of a newer
   *     version of this one, or was migrated by other files
   */
  public MigrationResult migrate() {
    return database.translateExceptions("migrate the schema", this::migrated);
  }

  private MigrationResult migrated() {
    return new Migrations(connections).run();
  }

  /**
   * Returns the privileges that the logged-in role needs and does not have, as in {@code DELETE on
   * idempotency_keys}; empty if none is missing, and for SQLite.
   *
   * @throws RepositoryException if the database cannot be reached, or has no tables yet
   */
  public List<String> missingPrivileges() {
    return database.translateExceptions(
        "read the privileges", () -> Privileges.missing(connections));
  }

  /** Returns the version of the schema that this program has, and that {@link #migrate} makes. */
  public static int latestSchemaVersion() {
    return Schema.VERSION;
  }

  /**
   * Returns the version of the schema, 0 if there are no tables yet; changes nothing.
   *
   * @throws RepositoryException if the database cannot be reached, or its schema is newer than this
   *     program
   */
  public int schemaVersion() {
    return database.translateExceptions("read the version of the schema", schema::version);
  }

  /**
   * Returns the state of the database, and neither migrates nor changes anything. A SQLite file
   * that does not exist is created.
   *
   * @throws RepositoryException if it cannot be reached, is of another program, or its schema is
   *     newer than this one
   */
  public DatabaseStatus status() {
    return database.translateExceptions("reach the runs", this::readStatus);
  }

  private DatabaseStatus readStatus() {
    ServerState server = ServerState.of(config, connections);
    return new DatabaseStatus(
        server.product(), schema.version(), server.isReadOnly(), server.ahead());
  }

  /**
   * Copies a SQLite database of any version of the schema into a file, from one snapshot, while
   * others write to it, and checks that the pages of the copy are intact. Neither migrates nor
   * changes anything, and accepts a file that cannot be written. Takes as long as the file is
   * large.
   *
   * @param target a file that is empty or does not exist; it is not synced
   * @throws RepositoryException if there is no such database or it is of another program, it or the
   *     copy is damaged, or the target is not empty or cannot be written
   * @throws UnsupportedOperationException if it is not SQLite
   */
  public void copyTo(Path target) {
    SqliteBackup sqlite = sqlite();
    database.translateExceptions(
        "copy the runs",
        () -> {
          sqlite.copyTo(target);
          return true;
        });
  }

  /**
   * Replaces the contents of a SQLite database in one durable transaction. Creates its file and its
   * directory if they do not exist.
   *
   * @param source a database of the current version of the schema that nothing has open, such as a
   *     copy that was migrated
   * @param kept a file that is empty; gets the former contents, and stays empty if there are none
   * @param replacesOther whether the runs of a database with another UUID may be replaced
   * @throws RepositoryException if anything has the database open, this object included, it is of
   *     another program or of a newer version of this one, or a file cannot be read or written;
   *     nothing is replaced
   * @throws UnsupportedOperationException if it is not SQLite
   */
  public void restore(Path source, Path kept, boolean replacesOther) {
    SqliteBackup sqlite = sqlite();
    database.translateExceptions(
        "restore the runs",
        () -> {
          sqlite.replaceBy(source, kept, replacesOther);
          return true;
        });
  }

  private SqliteBackup sqlite() {
    if (!config.isSqlite()) {
      throw new UnsupportedOperationException("only of SQLite: " + config.name());
    }
    return new SqliteBackup(config);
  }

  /**
   * Checks that the database answers, and changes nothing.
   *
   * @throws RepositoryException if it does not answer within about two seconds, or its schema is
   *     newer than this program
   */
  public void ping() {
    database.translateExceptions("reach the runs", schema::version);
  }

  /** Closes its connections; those in use when they are released. A passed-in source stays open. */
  @Override
  public void close() {
    connections.close();
  }
}
