package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BackupRestoreTest {
  private static final int CLIENTS = 16;
  private static final Path MIGRATIONS =
      Path.of(
          "../registry-persistence-jooq/src/main/resources/dev/runregistry/persistence/jooq/migration/sqlite");

  @TempDir private Path folder;
  private FileRunJournal home;
  private Session session;
  private Path backup;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder.resolve("home"));
    MigratedHome.copyTo(home.folder());
    session = new Session(home.folder());
    backup = folder.resolve("runs.db");
  }

  private RunDatabase database() {
    return RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()));
  }

  private Optional<Run> onRecord(RunId id) {
    try (RunDatabase database = database()) {
      return database.runs().find(id);
    }
  }

  /** Records a run without a journal. */
  private Run recorded() {
    Run run = Runs.completed();
    try (RunDatabase database = database()) {
      database.runs().save(run);
    }
    return run;
  }

  private static String head(Result result) {
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith("head "))
        .findFirst()
        .orElseThrow(() -> new AssertionError(result.err()))
        .substring(5);
  }

  private String back(String... options) {
    Result result = session.registry(words("backup", options));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return head(result);
  }

  private String[] words(String command, String... options) {
    return Stream.of(Stream.of(command), Stream.of(options), Stream.of(backup.toString()))
        .flatMap(part -> part)
        .toArray(String[]::new);
  }

  private void change(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.executeUpdate(each);
      }
    }
  }

  private void tamper(Path file) throws SQLException {
    change(
        file,
        "DROP TRIGGER tunix_runs_refuse_rewriting",
        "UPDATE tunix_runs SET message = 'all went well'");
  }

  /** Returns the names in a directory that are not of the database and its home. */
  private List<String> others(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.matches("registry\\.db(-wal|-shm|-migration\\.lock)?|runs|home.*"))
          .sorted()
          .toList();
    }
  }

  @Test
  @Timeout(900)
  void
      a_backup_made_while_16_clients_record_runs_is_restored_and_the_runs_since_are_recorded_again()
          throws Exception {
    Set<RunId> before = ConcurrentHashMap.newKeySet();
    CountDownLatch stop = new CountDownLatch(1);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    String kept;
    try {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        ends.add(clients.submit(client(stop)));
      }
      await().atMost(Duration.ofMinutes(5)).until(() -> home.archived().size() >= 2 * CLIENTS);
      before.addAll(home.archived());
      kept = back();
      int made = home.archived().size();
      await().atMost(Duration.ofMinutes(5)).until(() -> home.archived().size() >= made + CLIENTS);
      stop.countDown();
      for (Future<Integer> end : ends) {
        assertThat(end.get(5, TimeUnit.MINUTES)).isZero();
      }
    } finally {
      stop.countDown();
      clients.shutdownNow();
    }
    List<RunId> all = home.archived();
    List<Run> records = all.stream().map(id -> onRecord(id).orElseThrow()).toList();
    assertThat(session.registry("verify", "--head", kept).code()).isZero();

    Result restored = session.registry(words("restore"));

    assertThat(restored.code()).isZero();
    assertThat(head(restored)).isEqualTo(kept);
    assertThat(restored.err()).contains("registry reconcile --from-archive");
    assertThat(session.registry("verify", "--head", kept).code()).isZero();
    assertThat(before).allSatisfy(id -> assertThat(onRecord(id)).isPresent());
    assertThat(all).anySatisfy(id -> assertThat(onRecord(id)).isEmpty());

    Result replayed = session.registry("reconcile", "--from-archive");

    assertThat(replayed.code()).isZero();
    assertThat(replayed.out()).doesNotContain("failed ", "left_alone");
    assertThat(all.stream().map(id -> onRecord(id).orElseThrow()).toList()).isEqualTo(records);
    assertThat(session.registry("verify", "--head", kept).code()).isZero();
  }

  /** Runs one command after the other; returns the highest exit code. */
  private Callable<Integer> client(CountDownLatch stop) {
    return () -> {
      int highest = 0;
      while (stop.getCount() > 0) {
        highest =
            Math.max(highest, new Session(home.folder()).registry("run", "--", "true").code());
      }
      return highest;
    };
  }

  @Test
  void a_backup_is_complete_owner_only_and_verifies_by_itself() throws IOException {
    recorded();

    Result result = session.registry(words("backup"));

    assertThat(result.out())
        .matches("Backed up 1 finished runs to " + backup + "\nhead 1:[0-9a-f]{64}\n");
    assertThat(result.err()).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
        .isEqualTo("rw-------");
    assertThat(others(folder)).containsExactly("runs.db");
    assertThat(session.registry("verify", "--db", "jdbc:sqlite:" + backup).out())
        .contains("head " + head(result));
  }

  @Test
  void an_existing_file_is_kept_unless_it_is_to_be_replaced() throws IOException {
    Files.writeString(backup, "precious");

    assertThat(session.registry(words("backup")))
        .isEqualTo(new Result(1, "", "registry: " + backup + " exists; --force replaces it\n"));
    assertThat(backup).hasContent("precious");
    recorded();
    assertThat(back("--force")).startsWith("1:");
    assertThat(others(folder)).containsExactly("runs.db");
  }

  @Test
  void a_database_is_not_replaced_by_its_own_backup() {
    backup = home.databaseFile();
    recorded();

    for (String command : List.of("backup", "restore")) {
      Result result = session.registry(words(command, "--force"));

      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("FILE is the database itself");
    }
    assertThat(session.registry("verify").code()).isZero();
  }

  @Test
  void there_is_no_backup_of_what_is_not_there_or_has_discrepancies() throws Exception {
    recorded();
    back();
    byte[] good = Files.readAllBytes(backup);
    tamper(home.databaseFile());

    Result changed = session.registry(words("backup", "--force"));
    Result missing = session.registry(words("backup", "--force", "--home", folder + "/none"));
    backup = folder.resolve("none/runs.db");
    Result nowhere = session.registry(words("backup"));

    assertThat(changed.code()).isEqualTo(1);
    assertThat(changed.err())
        .contains("is not as it was recorded, so nothing is written; discrepancies: 1\nrun ");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("there is no such file");
    assertThat(folder.resolve("none")).doesNotExist();
    assertThat(nowhere.err()).isEqualTo("registry: no directory " + folder + "/none\n");
    assertThat(Files.readAllBytes(folder.resolve("runs.db"))).isEqualTo(good);
    assertThat(others(folder)).containsExactly("runs.db");
  }

  @Test
  void what_the_database_had_is_kept_beside_it() throws IOException {
    Run first = recorded();
    back();
    Run second = recorded();

    Result restored = session.registry(words("restore"));

    assertThat(restored.code()).isZero();
    assertThat(onRecord(first.id())).contains(first);
    assertThat(onRecord(second.id())).isEmpty();
    List<String> kept = others(home.folder());
    assertThat(kept).singleElement().asString().startsWith("registry.db.before-");
    Path former = home.folder().resolve(kept.get(0));
    assertThat(restored.out())
        .startsWith(
            "Restored 1 finished runs into %s\nKept what it had in %s\nhead 1:"
                .formatted(home.databaseFile(), former));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(former)))
        .isEqualTo("rw-------");
    assertThat(session.registry("verify", "--db", "jdbc:sqlite:" + former).out())
        .startsWith("Verified: 2 finished runs, no discrepancies");
  }

  @Test
  void a_restored_database_is_the_same_one_for_the_journal() {
    Run run = Runs.running();
    try (RunDatabase database = database()) {
      database.runs().ping();
      home.begin(run, database.runs().identity());
      database.runs().save(run);
      home.bind(run.id(), database.runs().identity());
    }
    back();
    home.end(Runs.ended(run, Runs.exited(3)));
    home.unlock(run.id());

    assertThat(session.registry(words("restore")).code()).isZero();

    assertThat(session.registry("reconcile").out())
        .isEqualTo(run.id() + "  recorded    Failed with exit code 3\n");
    assertThat(onRecord(run.id()).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
  }

  @Test
  void a_lost_database_is_restored_also_where_a_command_has_created_a_new_one() throws Exception {
    Run run = recorded();
    back();
    for (String left : List.of("nothing", "an empty database")) {
      try (Stream<Path> files = Files.list(home.folder())) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(home.folder());
      if (left.startsWith("an")) {
        assertThat(session.registry("migrate").code()).isZero();
      }

      assertThat(session.registry(words("restore")).code()).as(left).isZero();

      assertThat(onRecord(run.id())).contains(run);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.databaseFile())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  @Timeout(300)
  void a_database_that_is_in_use_is_not_restored() throws IOException {
    recorded();
    back();
    Run since = recorded();
    try (RunDatabase database = database()) {
      database.runs().ping();

      Result result = session.registry(words("restore"));

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains("it is in use: stop 'registry serve'");
      assertThat(database.runs().find(since.id())).contains(since);
    }
    assertThat(others(home.folder())).isEmpty();
    assertThat(session.registry(words("restore")).code()).isZero();
  }

  @Test
  void the_runs_of_another_database_are_replaced_by_force_only() throws IOException {
    recorded();
    back();
    Path elsewhere = Files.createDirectory(folder.resolve("home of another"));
    session = new Session(elsewhere);
    home = FileRunJournal.at(elsewhere);
    Run run = recorded();

    Result refused = session.registry(words("restore"));

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("it has runs, and the backup is one of another database", "--force replaces it");
    assertThat(onRecord(run.id())).contains(run);
    assertThat(others(elsewhere)).isEmpty();
    assertThat(session.registry(words("restore", "--force")).code()).isZero();
    assertThat(onRecord(run.id())).isEmpty();
    assertThat(others(elsewhere)).hasSize(1);
  }

  @Test
  void a_damaged_backup_is_refused() throws Exception {
    recorded();
    back();
    Run since = recorded();
    Path good = Files.copy(backup, folder.resolve("home.copy"));
    tamper(backup);

    Result changed = session.registry(words("restore", "--force"));
    assertThat(changed.code()).isEqualTo(1);
    assertThat(changed.err()).contains("discrepancies: 1\nrun ");

    byte[] torn = Files.readAllBytes(good);
    java.util.Arrays.fill(torn, torn.length / 2, torn.length, (byte) 0);
    Files.write(backup, torn);
    Result broken = session.registry(words("restore", "--force"));
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).startsWith("registry: cannot copy the runs in jdbc:sqlite:" + backup);

    Files.writeString(backup, "no database at all, but a text that is longer than a header\n");
    assertThat(session.registry(words("restore", "--force")).code()).isEqualTo(1);
    Files.delete(backup);
    assertThat(session.registry(words("restore")))
        .isEqualTo(new Result(1, "", "registry: no file " + backup + "\n"));
    assertThat(onRecord(since.id())).contains(since);
    assertThat(others(home.folder())).isEmpty();
  }

  @Test
  void a_database_of_another_program_is_neither_backed_up_nor_replaced() throws Exception {
    recorded();
    back();
    Path other = folder.resolve("home.other.db");
    change(other, "CREATE TABLE precious (x)", "INSERT INTO precious VALUES (1)");
    byte[] before = Files.readAllBytes(other);
    session.with("REGISTRY_DB", "jdbc:sqlite:" + other);

    Result refused = session.registry(words("restore", "--force"));
    Result nothing = session.registry(words("backup", "--force"));

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("it belongs to another program, and is left as it is");
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("there are no tables of the registry");
    assertThat(Files.readAllBytes(other)).isEqualTo(before);
  }

  @Test
  void a_backup_by_an_older_version_is_migrated_and_restored() throws Exception {
    Run run = recorded();
    int latest = RunDatabase.latestSchemaVersion();
    change(home.databaseFile(), Files.readString(newestUndo(latest)));

    String head = back();
    try (RunDatabase copy = RunDatabase.at(DatabaseConfig.sqlite(backup))) {
      assertThat(copy.schemaVersion()).isEqualTo(latest - 1);
    }
    Files.copy(backup, home.databaseFile(), StandardCopyOption.REPLACE_EXISTING);
    Result restored = session.registry(words("restore"));

    assertThat(restored.code()).isZero();
    assertThat(head(restored)).isEqualTo(head);
    assertThat(onRecord(run.id())).contains(run);
    try (RunDatabase database = database()) {
      assertThat(database.schemaVersion()).isEqualTo(latest);
    }
  }

  private static Path newestUndo(int version) throws IOException {
    try (Stream<Path> files = Files.list(MIGRATIONS)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("U" + version + "__"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  @Test
  void the_tools_of_postgresql_are_named() {
    session.with("REGISTRY_DB", "jdbc:postgresql://127.0.0.1:1/runs");

    for (String command : List.of("backup", "restore")) {
      Result result = session.registry(words(command));

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .startsWith(
              "registry: jdbc:postgresql://127.0.0.1:1/runs is a PostgreSQL database: use pg_")
          .contains("docs/M14_RUN_REGISTRY.md", "Backup and restore");
    }
  }
}
