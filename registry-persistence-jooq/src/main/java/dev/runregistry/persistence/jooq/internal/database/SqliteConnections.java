package dev.runregistry.persistence.jooq.internal.database;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/**
 * A few connections to one file, so that a long list does not delay the recording of a run. A pool
 * from a library would cost the command line more time than everything else it does here.
 */
public final class SqliteConnections implements Connections {
  private static final Logger log = LoggerFactory.getLogger(SqliteConnections.class);
  private static final int MAX_BATCH_SIZE = 4;
  private static final Object MIGRATION = new Object();
  private static final Object WITHOUT_KEY = new Object();
  private static final Object NO_FILE = new Object();
  private static final Object READ_ONLY = new Object();

  // Writers of all processes take turns, and SQLite's turns are not fair: of eight busy ones the
  // unluckiest waited 1.3 s. A longer wait than this means that a lock is held for long.
  private static final int BUSY_MILLIS = 5_000;
  private static final int PATIENT_BUSY_MILLIS = 60_000;

  private static final FileAttribute<?> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path file;
  private final Semaphore free = new Semaphore(MAX_BATCH_SIZE, true);
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  // SQLite's writers poll for the lock, and a late one may be served before an early one
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Map<Connection, Object> fileOf = new ConcurrentHashMap<>();
  private volatile @Nullable Object openedFile; // the one the connections are open on
  private volatile boolean closed;

  public SqliteConnections(DatabaseConfig config) {
    file = config.file();
  }

  @Override
  public Dialect types() {
    return Dialect.SQLITE;
  }

  @Override
  public Connection acquire() {
    takeTurn();
    Connection used = idle.pollFirst();
    if (used != null) {
      return used;
    }
    try {
      return open();
    } catch (SQLException e) {
      free.release();
      throw new DataAccessException("cannot open " + file, e);
    } catch (DataAccessException e) {
      free.release();
      throw e;
    }
  }

  /** Compares device and inode: a connection keeps writing to a file that was moved or deleted. */
  @Override
  public boolean reopenIfReplaced() {
    Object before = openedFile;
    if (before == null || before.equals(fileKey())) {
      return false;
    }
    log.warn("{} was moved or replaced; what is there now is opened", file);
    openedFile = null;
    closeIdle();
    return true;
  }

  /** Returns device and inode, as far as the file system has them. */
  private Object fileKey() {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? WITHOUT_KEY : key;
    } catch (NoSuchFileException e) {
      return NO_FILE;
    } catch (IOException e) {
      throw new DataAccessException("cannot look at " + file + ": " + e, e);
    }
  }

  private void takeTurn() {
    await(() -> free.tryAcquire(BUSY_MILLIS, TimeUnit.MILLISECONDS), "all connections are in use");
  }

  /** A wait that may be interrupted; false on timeout. */
  private interface Wait {
    boolean succeeds() throws InterruptedException;
  }

  private void await(Wait wait, String reason) {
    try {
      if (closed || !wait.succeeds()) {
        throw new DataAccessException(closed ? "closed" : reason);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataAccessException("interrupted while waiting", e);
    }
  }

  private Connection open() throws SQLException {
    createFile(file);
    Object opened = fileKey();
    boolean isReadOnly = ReadOnlyFile.is(file);
    Connection connection =
        settings(BUSY_MILLIS).createConnection(isReadOnly ? readOnlyUrl() : url(file));
    fileOf.put(connection, isReadOnly ? READ_ONLY : opened); // which is used once
    openedFile = opened;
    return connection;
  }

  private String readOnlyUrl() {
    try {
      return ReadOnlyFile.url(file);
    } catch (IOException e) {
      throw new DataAccessException("cannot look at " + file + ": " + e, e);
    }
  }

  /** SQLite itself would make it readable for all. Its side files have the mode of the file. */
  static void createFile(Path file) {
    Path folder = file.getParent();
    try {
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(folder, OWNER_ONLY_FOLDER);
      }
      if (!Files.exists(file)) {
        Files.createFile(file, OWNER_ONLY_FILE);
      }
    } catch (FileAlreadyExistsException e) {
      requireFolder(file, e); // else another process was faster
    } catch (IOException e) {
      throw new DataAccessException("cannot create " + file + ": " + e, e);
    }
  }

  private static void requireFolder(Path file, IOException e) {
    Path folder = file.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new DataAccessException("cannot create " + file + ": " + e, e);
    }
  }

  /** Returns the URL for the driver, which parses options after a question mark. */
  public static String url(Path file) {
    return file.toString().indexOf('?') < 0 ? "jdbc:sqlite:" + file : uri(file);
  }

  /** Returns the URL in which no character of the path is special, and options may follow. */
  public static String uri(Path file) {
    return "jdbc:sqlite:file:" + file.toUri().getRawPath();
  }

  public static SQLiteConfig settings(int busyMillis) {
    SQLiteConfig settings = new SQLiteConfig();
    settings.setBusyTimeout(busyMillis);
    settings.setSynchronous(SynchronousMode.FULL); // a save that returned survives a power cut
    return settings;
  }

  @Override
  public <T> T withMigrationDataSource(Function<DataSource, T> work) {
    SQLiteConfig settings = settings(PATIENT_BUSY_MILLIS);
    settings.setTransactionMode(TransactionMode.IMMEDIATE); // waits for the lock, then keeps it
    SQLiteDataSource source = new SQLiteDataSource(settings);
    source.setUrl(url(file));
    // Flyway takes no lock in SQLite. The lock file beside the database stays: deleting it could
    // remove it under a process that waits for it.
    synchronized (MIGRATION) { // a file lock is held by the whole JVM
      createFile(file);
      try (FileChannel beside =
          FileChannel.open(lockFile(), Set.of(CREATE, WRITE), OWNER_ONLY_FILE)) {
        beside.lock(); // until it is closed
        return work.apply(source);
      } catch (IOException e) {
        throw new DataAccessException("cannot lock " + lockFile() + ": " + e, e);
      }
    }
  }

  @Override
  public <T> T inSnapshot(Function<Connection, T> work) {
    return new SqliteSnapshot(file).read(work);
  }

  @Override
  public <T> T inTransaction(Writing<T> work) {
    SQLiteConfig settings = settings(PATIENT_BUSY_MILLIS);
    settings.setTransactionMode(TransactionMode.IMMEDIATE);
    try (Connection connection = settings.createConnection(url(file))) {
      connection.setAutoCommit(false);
      try {
        T result = work.over(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    }
  }

  private static void rollBack(Connection connection, Exception reason) {
    try {
      connection.rollback();
    } catch (SQLException e) { // SQLite has rolled back itself, for example on a full disk
      reason.addSuppressed(e);
    }
  }

  private Path lockFile() {
    return file.resolveSibling(file.getFileName() + "-migration.lock");
  }

  @Override
  public <T> T serialized(Supplier<T> work) {
    await(this::nextToWrite, "others are writing");
    try {
      return work.get();
    } finally {
      writing.unlock();
    }
  }

  private boolean nextToWrite() throws InterruptedException {
    return writing.tryLock(BUSY_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void release(Connection connection) {
    if (Objects.equals(fileOf.get(connection), openedFile)) {
      idle.addFirst(connection);
    } else { // its file was replaced meanwhile, or is read-only
      close(connection);
    }
    free.release();
    if (closed) {
      closeIdle();
    }
  }

  @Override
  public void close() {
    closed = true;
    closeIdle();
  }

  private void closeIdle() {
    for (Connection c = idle.pollFirst(); c != null; c = idle.pollFirst()) {
      close(c);
    }
  }

  private void close(Connection connection) {
    fileOf.remove(connection);
    try {
      connection.close();
    } catch (SQLException e) {
      // committed saves are durable, and the caller's run is not affected
      log.warn("cannot close {}: {}", file, e.toString());
    }
  }
}
