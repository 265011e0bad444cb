package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.SchemaHistory;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for whom when several write to one SQLite file. */
class SqliteTurnsTest {
  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void whoever_sees_the_tables_sees_the_write_ahead_log_too() throws Exception {
    DatabaseConfig config = DatabaseConfig.sqlite(folder.resolve("new.db"));
    Future<String> seen = threads.submit(() -> modeWhenTheTablesAreThere(config));
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(Runs.completed());
    }
    assertThat(seen.get()).isEqualTo("wal");
  }

  private static String modeWhenTheTablesAreThere(DatabaseConfig config) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      while (SchemaHistory.in(Optional.empty()).version(connection) == 0) {
        Thread.onSpinWait();
      }
      return journalMode(statement);
    }
  }

  private static String journalMode(Statement statement) throws SQLException {
    try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
      return mode.getString(1);
    }
  }

  @Test
  void migrating_a_file_that_somebody_writes_to_waits_and_is_not_locked_at_once() throws Exception {
    DatabaseConfig config = Engine.SQLITE.migrated(folder);
    Engine.execute(config, "PRAGMA journal_mode = DELETE"); // as a kill could leave it
    Path lock = Path.of(config.file() + "-migration.lock");
    assertThat(lock).doesNotExist();
    try (RunDatabase database = RunDatabase.at(config);
        Connection other = Engine.plain(config);
        Statement writer = other.createStatement()) {
      writer.execute("BEGIN IMMEDIATE");
      Future<MigrationResult> migration = threads.submit(database::migrate);
      await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(lock));
      await().during(Duration.ofMillis(500)).until(() -> !migration.isDone());
      writer.execute("COMMIT");

      assertThat(migration.get().applied()).isZero();
      assertThat(journalMode(writer)).isEqualTo("wal");
    }
  }

  @Test
  void a_file_whose_program_was_killed_before_the_log_gets_it_by_migrating() throws Exception {
    DatabaseConfig config = Engine.SQLITE.migrated(folder);
    Engine.execute(config, "PRAGMA journal_mode = DELETE");
    try (RunDatabase database = RunDatabase.at(config);
        Connection other = Engine.plain(config);
        Statement statement = other.createStatement()) {
      database.migrate();
      Run run = Runs.completed();
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
      assertThat(journalMode(statement)).isEqualTo("wal");
    }
  }

  /** A whole Flyway would compare the checksums. */
  @Test
  void whoever_waited_while_others_migrated_does_not_do_it_all_again() throws Exception {
    DatabaseConfig config = Engine.SQLITE.migrated(folder);
    Engine.execute(config, "UPDATE run_registry_schema_history SET checksum = 1");
    try (Connections connections = Connections.to(config)) {
      assertThatCode(new Migrations(connections)::runIfBehind).doesNotThrowAnyException();
    }
  }

  @Test
  void threads_that_write_are_served_in_the_order_in_which_they_came() throws Exception {
    List<Integer> served = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (Connections connections = Connections.to(Engine.SQLITE.migrated(folder))) {
      Future<Boolean> first =
          threads.submit(() -> connections.serialized(() -> waitFor(begun, end)));
      begun.await();
      List<Thread> others = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int number = i;
        Thread other = new Thread(() -> connections.serialized(() -> served.add(number)));
        others.add(other);
        other.start();
        await()
            .atMost(Duration.ofMinutes(2))
            .pollInterval(Duration.ofMillis(5))
            .until(() -> other.getState() == Thread.State.TIMED_WAITING);
      }
      end.countDown();
      assertThat(first.get()).isTrue();
      for (Thread other : others) {
        other.join();
      }
    }
    assertThat(served).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  private static boolean waitFor(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      return end.await(4, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
