package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL is stopped before, during and at the end of a run. */
class DatabaseOutageIT {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String COMMAND =
      "echo ready; until [ -e go ]; do sleep 0.05; done; echo done; exit 3";

  /** Migrated once; each test has a copy of it. */
  private static final String TEMPLATE = "migrated";

  @TempDir private static Path data;
  private static EmbeddedPostgres postgres;
  private static boolean isStopped;
  private static int databases;

  @TempDir Path folder;
  private String database;
  private Launcher launcher;

  @BeforeAll
  static void start(@TempDir Path home) throws Exception {
    postgres = startOn(0);
    create(TEMPLATE);
    Session session =
        new Session(home).with("REGISTRY_DB", postgres.getJdbcUrl("postgres", TEMPLATE));
    assertThat(session.registry("migrate").code()).isZero();
  }

  /** Starts the server with the data of before, which stay when it is stopped. */
  private static EmbeddedPostgres startOn(int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(port)
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .start();
  }

  private static void create(String database) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + database);
    }
  }

  @BeforeEach
  void open() throws Exception {
    if (isStopped) {
      postgres = startOn(postgres.getPort());
      isStopped = false;
    }
    database = "test" + databases++;
    create(database + " template " + TEMPLATE);
    launcher = new Launcher(folder).with("REGISTRY_DB", postgres.getJdbcUrl("postgres", database));
  }

  private static void stop() throws IOException {
    postgres.close();
    isStopped = true;
  }

  @AfterAll
  static void close() throws IOException {
    postgres.close();
  }

  private List<Path> waiting() throws IOException {
    try (Stream<Path> folders = Files.list(launcher.home().resolve("runs/active"))) {
      return folders.toList();
    }
  }

  @Test
  void with_the_database_there_the_run_is_recorded_and_nothing_waits() throws Exception {
    create("empty");
    launcher.with("REGISTRY_DB", postgres.getJdbcUrl("postgres", "empty"));

    assertThat(launcher.registry("run", "--", "sh", "-c", "exit 3"))
        .isEqualTo(new Result(3, "", ""));

    assertThat(waiting()).isEmpty();
    assertThat(launcher.registry("runs", "list", "--json").out()).contains("\"failed\"");
  }

  @Test
  void a_zone_that_only_java_knows_keeps_no_run_from_being_recorded() throws Exception {
    launcher.with("TZ", "JST");

    String warning = // of the JVM
        Runtime.version().feature() < 25
            ? ""
            : "WARNING: Use of the three-letter time zone ID \"JST\" is deprecated and it will be"
                + " removed in a future release\n";
    assertThat(launcher.registry("run", "--", "true")).isEqualTo(new Result(0, "", warning));

    String listed = launcher.registry("runs", "list", "--json").out();
    String id = listed.replaceAll("(?s).*?\"run_id\": ?\"([^\"]+)\".*", "$1");
    assertThat(launcher.registry("runs", "show", id).out()).contains("completed", "+09:00");
  }

  @Test
  void stopped_before_the_run_it_changes_nothing_but_says_so() throws IOException {
    stop();

    Started run = launcher.start(List.of("run", "--", "sh", "-c", "echo out; exit 3"));
    await()
        .atMost(SOON)
        .until(() -> run.out().equals("out\n")); // the start of a JVM does not count
    long start = System.nanoTime();
    Result result = Launcher.result(run);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err())
        .contains("could not be recorded in the database and stays in this host's journal")
        .doesNotContain("\tat ");
    assertThat(result.err().lines()).allMatch(line -> line.startsWith("registry: run "));
    assertThat(waiting())
        .singleElement()
        .satisfies(id -> assertThat(id.resolve("outcome.json")).exists());
  }

  @Test
  void stopped_during_the_run_it_changes_nothing_but_says_so() throws Exception {
    Started run = launcher.start(List.of("run", "--", "sh", "-c", COMMAND));
    await().atMost(SOON).until(() -> runsInDatabase() == 1);

    stop();
    Files.createFile(folder.resolve("go"));
    Result result = Launcher.result(run);

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEqualTo("ready\ndone\n");
    assertThat(result.err().lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("registry: run ")
        .contains("(failed) could not be recorded");
    assertThat(waiting())
        .singleElement()
        .satisfies(id -> assertThat(id.resolve("outcome.json")).exists());
  }

  private int runsInDatabase() {
    try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from tunix_runs")) {
      return rows.next() ? rows.getInt(1) : 0;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void back_before_the_end_it_gets_the_whole_run() throws Exception {
    stop();
    Started run = launcher.start(List.of("run", "--", "sh", "-c", COMMAND));
    await().atMost(SOON).until(() -> run.err().contains("(running) could not be recorded"));

    postgres = startOn(postgres.getPort());
    isStopped = false;
    Files.createFile(folder.resolve("go"));

    assertThat(Launcher.result(run).code()).isEqualTo(3);
    assertThat(runsInDatabase()).isEqualTo(1);
    assertThat(waiting()).isEmpty();
  }

  @Test
  void a_list_without_its_database_is_an_error_and_no_stack_trace() throws IOException {
    stop();

    Result result = launcher.registry("runs");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: ").doesNotContain("\tat ", "password");
  }
}
