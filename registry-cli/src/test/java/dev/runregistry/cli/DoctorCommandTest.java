package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.FileTree;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  private static final Path MIGRATIONS =
      Path.of(
          "../registry-persistence-jooq/src/main/resources/dev/runregistry/persistence/jooq/migration/sqlite");

  @TempDir private Path folder;
  private FileRunJournal home;
  private Session session;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder.resolve("home"));
    MigratedHome.copyTo(home.folder());
    session = new Session(home.folder()).with("XDG_CONFIG_HOME", folder.toString());
  }

  /** Returns the lines of one check, without the columns before its message. */
  private static List<String> lines(Result result, String level, String check) {
    String begin = "%-7s  %-13s  ".formatted(level, check);
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(begin.length()))
        .toList();
  }

  private Result doctor(String... options) {
    return session.registry(
        Stream.concat(Stream.of("doctor", "--min-free", "none"), Stream.of(options))
            .toArray(String[]::new));
  }

  /** Checks that there is this error, once. */
  private static void isError(Result result, String check, String... words) {
    assertThat(result.code()).as(result.out()).isEqualTo(1);
    assertThat(lines(result, "error", check))
        .as(result.out())
        .singleElement()
        .asString()
        .contains(words);
  }

  /** Checks that there is this warning, once, and no error. */
  private static void isWarning(Result result, String check, String... words) {
    assertThat(result.code()).as(result.out()).isZero();
    assertThat(lines(result, "warning", check))
        .as(result.out())
        .anySatisfy(line -> assertThat(line).contains(words));
  }

  private void change(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.databaseFile());
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.executeUpdate(each);
      }
    }
  }

  @Test
  void a_home_in_use_has_no_error_and_is_left_as_it_is() throws IOException {
    assertThat(session.registry("run", "--", "true").code()).isZero();
    List<Path> before = FileTree.below(folder);
    byte[] database = Files.readAllBytes(home.databaseFile());

    Result result = doctor();

    assertThat(result.code()).as(result.out()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).doesNotContain("error  ").endsWith(" warnings\n");
    assertThat(lines(result, "ok", "database"))
        .singleElement()
        .asString()
        .matches("jdbc:sqlite:.* answers, SQLite 3\\..*");
    assertThat(lines(result, "ok", "schema"))
        .containsExactly(
            "it has version %d, with all privileges".formatted(RunDatabase.latestSchemaVersion()));
    assertThat(lines(result, "ok", "perl")).singleElement().asString().contains("perl 5");
    assertThat(lines(result, "ok", "journal"))
        .containsExactly("0 runs are active, none waits or is damaged");
    assertThat(lines(result, "ok", "queue")).containsExactly("0 runs wait");
    assertThat(lines(result, "ok", "configuration"))
        .containsExactly("there is no file; all settings can be used");
    assertThat(lines(result, "ok", "disk")).hasSize(1);
    assertThat(FileTree.below(folder)).isEqualTo(before);
    assertThat(Files.readAllBytes(home.databaseFile())).isEqualTo(database);
  }

  @Test
  void a_home_that_is_not_there_yet_is_not_created() throws IOException {
    session.with("REGISTRY_HOME", folder + "/a/new/home");
    List<Path> before = FileTree.below(folder);

    Result result = doctor();

    assertThat(result.code()).as(result.out()).isZero();
    assertThat(lines(result, "ok", "home"))
        .containsExactly(
            folder + "/a/new/home does not exist yet; the first run creates it in " + folder);
    assertThat(lines(result, "ok", "database"))
        .containsExactly(
            folder + "/a/new/home/registry.db does not exist yet; the first run creates it");
    assertThat(FileTree.below(folder)).isEqualTo(before);
  }

  @Test
  void a_home_in_which_no_run_can_begin_is_an_error() throws IOException {
    home.probe();
    Files.delete(home.folder().resolve("runs/starting"));
    Files.createFile(home.folder().resolve("runs/starting"));

    isError(doctor(), "home", home.folder() + " cannot be written", "; no run starts: check");

    Path file = Files.createFile(folder.resolve("file"));
    session.with("REGISTRY_HOME", file + "/home");
    isError(doctor(), "home", file + "/home does not exist, and " + file + " cannot be written");
  }

  @Test
  void a_home_that_others_can_read_is_a_warning() throws IOException {
    Files.setPosixFilePermissions(home.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));

    isWarning(
        doctor(), "home", "can be read or written by other users; chmod 700 " + home.folder());
  }

  @Test
  void a_disk_with_less_space_than_wanted_is_a_warning_and_with_far_less_an_error()
      throws IOException {
    long free = Files.getFileStore(home.folder()).getUsableSpace();

    Result less = session.registry("doctor", "--min-free", 3 * free + "");
    Result farLess = session.registry("doctor", "--min-free", "8000000T");

    isWarning(less, "disk", "iB are free for " + home.folder() + "; free space, such as by");
    isError(farLess, "disk", "iB are free for " + home.folder() + "; free space, such as by");
    assertThat(session.registry("doctor", "--min-free", "much").code()).isEqualTo(2);
  }

  @Test
  void a_database_that_does_not_answer_is_an_error() {
    session.with("REGISTRY_DB", "jdbc:postgresql://127.0.0.1:1/runs");

    isError(
        doctor(),
        "database",
        "cannot reach the runs in jdbc:postgresql://127.0.0.1:1/runs",
        "refused",
        "check the server and the login");
  }

  @Test
  void a_damaged_database_is_an_error() throws IOException {
    Files.writeString(home.databaseFile(), "no database at all, but a text\n".repeat(100));

    isError(doctor(), "database", "not a database", "'registry restore'");
  }

  @Test
  void a_database_that_is_gone_is_an_error_where_runs_are_archived() throws IOException {
    session.registry("run", "--", "true");
    Files.delete(home.databaseFile());

    isError(doctor(), "database", "this host has archived runs", "'registry restore FILE'");
    assertThat(home.databaseFile()).doesNotExist();
  }

  @Test
  void an_older_schema_is_a_warning_and_is_not_migrated_and_a_newer_one_is_an_error()
      throws Exception {
    int latest = RunDatabase.latestSchemaVersion();
    change(Files.readString(newestUndo(latest)));

    Result older = doctor();

    isWarning(
        older,
        "schema",
        "it has version %d, this program has %d".formatted(latest - 1, latest),
        "'registry migrate'");
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      assertThat(database.schemaVersion()).isEqualTo(latest - 1);
    }
    change("UPDATE run_registry_schema_history SET version = '999' WHERE version = '2'");
    isError(doctor(), "database", "the schema has version 999");
  }

  private static Path newestUndo(int version) throws IOException {
    try (Stream<Path> files = Files.list(MIGRATIONS)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("U" + version + "__"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void privileges_that_the_role_lacks_are_an_error() throws SQLException {
    DatabaseConfig config = Store.POSTGRESQL.empty(folder);
    session.with("REGISTRY_DB", config.url());
    assertThat(session.registry("migrate").code()).isZero();
    Result sound = doctor();
    assertThat(lines(sound, "ok", "database"))
        .singleElement()
        .asString()
        .contains(" answers, PostgreSQL ");
    assertThat(lines(sound, "ok", "clock")).hasSize(1);
    String role = "limited_" + UUID.randomUUID().toString().replace('-', '_');
    try (Connection connection = DriverManager.getConnection(config.url());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + role + " LOGIN");
      statement.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);
    }

    session.with("REGISTRY_DB", config.url().replaceFirst("user=[^&]*", "user=" + role));
    isError(doctor(), "schema", "the role lacks INSERT on tunix_runs, UPDATE on tunix_runs");
  }

  @Test
  void endings_that_wait_and_damaged_entries_are_warnings() throws IOException {
    Run ended = Runs.running();
    home.begin(ended);
    home.end(Runs.ended(ended, Runs.exited(3)));
    home.unlock(ended.id());
    Run damaged = Runs.running();
    home.begin(damaged);
    home.unlock(damaged.id());
    Files.writeString(
        home.folder().resolve("runs/active/" + damaged.id() + "/run.json"), "no JSON");
    Files.createDirectories(home.folder().resolve("runs/active/what is this"));
    Files.createDirectories(home.folder().resolve("runs/damaged/what was this"));
    List<Path> before = FileTree.below(home.folder().resolve("runs"));

    Result result = doctor();

    isWarning(result, "journal", "endings that are not on record yet: 1; 'registry reconcile'");
    isWarning(result, "journal", "active entries that are damaged: 2; 'registry reconcile' moves");
    isWarning(result, "journal", "entries that were damaged, in ", "runs/damaged: 1; check");
    assertThat(FileTree.below(home.folder().resolve("runs"))).isEqualTo(before);
  }

  @Test
  void active_runs_of_another_database_are_a_warning() {
    Run run = Runs.running();
    home.begin(run, new DatabaseIdentity("jdbc:sqlite:/elsewhere.db", Optional.empty()));
    home.unlock(run.id());

    isWarning(doctor(), "journal", "active runs that belong to another database: 1", "--adopt");
  }

  @Test
  void a_paused_queue_is_a_warning() {
    assertThat(session.registry("queue", "pause").code()).isZero();

    isWarning(doctor(), "queue", "0 runs wait, and it is paused; 'registry queue resume' goes on");
  }

  @Test
  void settings_that_cannot_be_used_are_errors() throws IOException {
    session.with("REGISTRY_QUEUE_SLOTS", "none").with("REGISTRY_QUEUE_GPUS", "x y!");
    session.with("REGISTRY_TOKEN_FILE", folder + "/no-token").with("REGISTRY_QUEU_MAX", "3");

    Result result = doctor();

    assertThat(result.code()).isEqualTo(1);
    assertThat(lines(result, "error", "configuration"))
        .satisfiesExactly(
            line -> assertThat(line).contains("queue.slots must be a whole number"),
            line -> assertThat(line).contains("no-token"));
    assertThat(lines(result, "error", "gpus")).singleElement().asString().contains("queue.gpus");
    assertThat(lines(result, "warning", "configuration"))
        .singleElement()
        .asString()
        .contains("the variable REGISTRY_QUEU_MAX is no setting");

    Path file = Files.createDirectory(folder.resolve("run-registry")).resolve("config.properties");
    Files.writeString(file, "queue.slot=2\n");
    isError(doctor(), "configuration", "unknown key 'queue.slot' in " + file);
  }

  @Test
  void files_with_secrets_that_others_can_read_are_warnings() throws IOException {
    Path file = Files.createDirectory(folder.resolve("run-registry")).resolve("config.properties");
    Path token = Files.writeString(folder.resolve("token"), "s3cret\n");
    Files.writeString(file, "db.password=pass\ntoken.file=" + token + "\n");
    for (Path each : List.of(file, token)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-r--r--"));
    }

    Result open = doctor();

    isWarning(open, "configuration", file + " has a secret (db.password), and other users");
    isWarning(open, "configuration", token + " has a secret (token.file)", "chmod 600 " + token);
    for (Path each : List.of(file, token)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-------"));
    }
    assertThat(lines(doctor(), "ok", "configuration"))
        .containsExactly(file + " and all settings can be used");
  }

  @Test
  void as_json_it_is_one_document() {
    session.with("REGISTRY_DB", "jdbc:postgresql://127.0.0.1:1/runs");

    Result result = doctor("--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .startsWith("{\"errors\":1,\"warnings\":")
        .contains("{\"level\":\"error\",\"check\":\"database\",\"message\":\"cannot reach the runs")
        .contains("\"check\":\"perl\",\"message\":\"This is perl 5")
        .contains("\"advice\":null}")
        .endsWith("]}\n");
    assertThat(result.out().lines()).hasSize(1);
  }
}
