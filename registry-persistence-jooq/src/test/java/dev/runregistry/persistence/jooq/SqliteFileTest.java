package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.SqliteConnections;
import dev.runregistry.persistence.jooq.internal.sql.CommandJson;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteFileTest {
  @TempDir private Path folder;

  private void refused(Path file, String reason) {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThatThrownBy(() -> database.runs().save(Runs.completed()))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(reason);
      assertThatThrownBy(database::ping).isInstanceOf(RepositoryException.class);
      assertThatThrownBy(database::migrate).isInstanceOf(RepositoryException.class);
    }
  }

  @Test
  void opening_a_database_touches_nothing() {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(folder.resolve("a/b.db")))) {
      assertThat(database.runs()).isNotNull();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void runs_that_end_after_a_restore_are_in_the_restored_file() throws IOException {
    Path file = folder.resolve("registry.db");
    Run before = Runs.completed();
    Run after = Runs.completed();
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      database.runs().save(before);
    } // a last connection that is closed puts all into the one file
    Path backup = Files.copy(file, folder.resolve("backup.db"));
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThat(database.runs().find(before.id())).contains(before);
      Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);

      database.runs().save(after);

      assertThat(database.runs().find(before.id())).contains(before);
    }
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThat(database.runs().find(after.id())).contains(after);
    }
  }

  @Test
  void a_file_that_is_deleted_under_its_connections_is_another_database_afterwards()
      throws IOException {
    Path file = folder.resolve("registry.db");
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      database.runs().save(Runs.completed());
      DatabaseIdentity before = database.runs().identity();
      Files.move(file, folder.resolve("moved.db"));
      for (String beside : List.of("-wal", "-shm")) {
        Files.deleteIfExists(folder.resolve("registry.db" + beside));
      }

      database.runs().save(run);

      assertThat(database.runs().identity().matches(before)).isFalse();
      assertThat(database.runs().identity().address()).isEqualTo(before.address());
    }
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThat(database.runs().find(run.id())).contains(run);
    }
  }

  @Test
  void the_first_run_makes_the_folders_above_the_file() {
    Path file = folder.resolve("a/b c/é 😀.db");
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
    }
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void migrating_makes_the_folders_above_the_file_too() {
    Path file = folder.resolve("a/b/registry.db");
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThat(database.migrate().applied()).isPositive();
    }
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void listing_before_the_first_run_opens_the_home_to_its_owner_only() throws Exception {
    Path home = folder.resolve("state/run-registry");
    Path file = home.resolve("registry.db");
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      assertThat(database.runs().list(RunQuery.all()).runs()).isEmpty();
      assertThat(permissions(home.getParent())).isEqualTo("rwx------");
      assertThat(permissions(home)).isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(home)) { // with the log and the lock beside it
        assertThat(files).contains(file).allSatisfy(SqliteFileTest::isForItsOwnerOnly);
      }
    }
  }

  private static void isForItsOwnerOnly(Path file) throws IOException {
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void a_file_that_is_there_keeps_its_permissions() throws Exception {
    Path file = folder.resolve("shared.db");
    Files.createFile(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      database.runs().save(Runs.completed());
    }
    assertThat(permissions(file)).isEqualTo("rw-rw----");
  }

  @Test
  void a_file_of_something_else_is_refused_and_left_as_it_is() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "Buy milk.\n".repeat(1_000));
    refused(file, "not a database");
    assertThat(file).hasContent("Buy milk.\n".repeat(1_000));
  }

  @Test
  void a_folder_is_not_a_database() {
    refused(folder, "");
  }

  @Test
  void a_place_where_no_file_can_be_is_refused_with_a_reason() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    refused(file.resolve("registry.db"), "");
    refused(file.resolve("below/registry.db"), "");
  }

  @Test
  void a_truncated_file_is_an_error_and_not_an_empty_list() throws Exception {
    Path file = filled("truncated.db");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    unreadable(file);
  }

  @Test
  void a_file_with_a_corrupt_page_is_an_error_and_not_an_empty_list() throws Exception {
    Path file = filled("corrupt.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4096; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Files.write(file, bytes);
    unreadable(file);
  }

  private Path filled(String name) throws Exception {
    Path file = folder.resolve(name);
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      for (int i = 0; i < 20; i++) {
        database.runs().save(Runs.completed());
      }
    }
    assertThat(Path.of(file + "-wal")).doesNotExist();
    return file;
  }

  private static void unreadable(Path file) {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(file))) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> database.runs().list(RunQuery.all()))
            .isInstanceOf(RepositoryException.class)
            .hasMessageContaining(file.toString())
            .hasMessageContaining("SQLITE_CORRUPT");
        assertThatThrownBy(() -> database.runs().save(Runs.completed()))
            .isInstanceOf(RepositoryException.class);
      }
    }
  }

  @Test
  void a_lock_that_is_never_released_costs_a_moment_and_no_run() throws Exception {
    DatabaseConfig config = Engine.SQLITE.migrated(folder);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config);
        Connection other = Engine.plain(config);
        Statement lock = other.createStatement()) {
      lock.execute("BEGIN EXCLUSIVE");
      assertThatThrownBy(() -> database.runs().save(run))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("SQLITE_BUSY");
      lock.execute("ROLLBACK");

      database.runs().save(run);

      assertThat(database.runs().find(run.id())).contains(run);
    }
  }

  @Test
  void many_threads_share_one_file() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    CountDownLatch start = new CountDownLatch(1);
    DatabaseConfig config = DatabaseConfig.sqlite(folder.resolve("threads.db"));
    try (RunDatabase database = RunDatabase.at(config)) {
      List<Future<Run>> saves = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        saves.add(
            threads.submit(
                () -> {
                  start.await();
                  Run running = Runs.running();
                  database.runs().save(running);
                  Run ended = Runs.ended(running, Runs.exited(0));
                  database.runs().save(ended);
                  return ended;
                }));
      }
      start.countDown();
      for (Future<Run> save : saves) {
        assertThat(database.runs().find(save.get().id())).contains(save.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_database_that_was_closed_says_so() {
    RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(folder.resolve("closed.db")));
    database.ping();
    database.close();
    assertThatThrownBy(database::ping)
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void a_connection_that_cannot_be_closed_does_not_make_a_good_run_a_defect() throws Exception {
    SqliteConnections connections =
        new SqliteConnections(DatabaseConfig.sqlite(folder.resolve("close.db")));
    Connection good = connections.acquire();
    Connection bad = failingToClose(connections.acquire());
    connections.release(good);
    connections.release(bad);

    assertThatCode(connections::close).doesNotThrowAnyException();

    assertThat(good.isClosed()).isTrue();
  }

  private static Connection failingToClose(Connection real) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              if (method.getName().equals("close")) {
                throw new SQLException("disk I/O error");
              }
              return result;
            });
  }

  @Test
  void an_interrupted_caller_is_told_and_stays_interrupted() {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(folder.resolve("i.db")))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(database::ping)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void a_person_with_a_shell_reads_ids_times_and_commands_as_text() throws Exception {
    DatabaseConfig config = Engine.SQLITE.migrated(folder);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
    }
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT run_id, created_at, completed_at, command, duration_seconds,"
                    + " datetime(created_at) FROM tunix_runs")) {
      assertThat(row.getString(1)).isEqualTo(run.id().toString());
      assertThat(row.getString(2)).isEqualTo("2026-11-22T12:00:00.123456Z");
      assertThat(row.getString(3)).isEqualTo("2026-11-22T12:00:01.358023Z");
      assertThat(row.getString(4)).isEqualTo("[\"tunix\",\"train\",\"--config\",\"{config}\"]");
      assertThat(row.getDouble(5)).isEqualTo(1.234567);
      assertThat(row.getString(6)).isEqualTo("2026-11-22 12:00:00");
      assertThat(Files.readString(config.file(), StandardCharsets.ISO_8859_1))
          .startsWith("SQLite format 3");
    }
  }

  @Test
  void a_command_that_another_program_stored_is_an_error_if_it_is_not_one() {
    for (String text : List.of("[\"a\", 1]", "{}", "[\"a\"", "", "[\"a\", [\"b\"]]", "[null]")) {
      assertThatThrownBy(() -> CommandJson.read(text))
          .isInstanceOf(DataAccessException.class)
          .hasMessageContaining("not an array of texts");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a?b", "a?mode=memory", "a%41", "a#b", "a b", "a&b"})
  void a_path_may_have_any_character(String name) throws IOException {
    Path file = folder.resolve(name).resolve("registry.db");
    DatabaseConfig config = new DatabaseConfig("jdbc:sqlite:" + file, null, null);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
    }
    assertThat(Verified.of(config).head().count()).isEqualTo(1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assertThat(Verified.of(config).head().count()).isEqualTo(1);
    assertThat(file).isNotEmptyFile();
  }
}
