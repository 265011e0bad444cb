package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReconcileCommandTest {
  @TempDir private Path folder;
  private FileRunJournal home;
  private Session session;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder);
    session = new Session(folder);
  }

  /** A run whose registry gave it up before it started anything. */
  private Run abandoned() {
    Run run = Runs.running();
    home.begin(run);
    home.unlock(run.id());
    return run;
  }

  private Run ended() {
    Run ended = Runs.ended(abandoned(), Runs.exited(3));
    home.end(ended);
    return ended;
  }

  private Optional<Run> onRecord(RunId id) {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      return database.runs().find(id);
    }
  }

  @Test
  void it_says_what_it_found_and_did() {
    Run ended = ended();
    Run lost = abandoned();

    Result result = session.registry("reconcile");

    assertThat(result.code()).isZero();
    assertThat(result.out().lines())
        .containsExactlyInAnyOrder(
            ended.id() + "  recorded    Failed with exit code 3",
            lost.id() + "  recorded    Lost: the registry was killed before it started anything");
    assertThat(onRecord(ended.id())).contains(ended);
    assertThat(home.activeRuns()).isZero();
    assertThat(session.registry("reconcile"))
        .isEqualTo(new Result(0, "", "registry: nothing to reconcile\n"));
  }

  private DatabaseIdentity identity() {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      return database.runs().identity();
    }
  }

  /** What was seen: a run stayed running for ever, because a copy of the database was listed. */
  @Test
  void a_command_with_a_copy_of_the_database_leaves_runs_to_their_own() throws IOException {
    Run run = Runs.running();
    home.begin(run, identity());
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      database.runs().save(run);
      home.bind(run.id(), database.runs().identity());
    }
    home.unlock(run.id());
    Path copy = Files.copy(home.databaseFile(), folder.resolve("copy.db"));
    String url = "jdbc:sqlite:" + copy;

    assertThat(session.registry("runs", "list", "--json", "--db", url).out())
        .contains("\"status\":\"running\"");
    Result elsewhere = session.registry("reconcile", "--db", url);

    String own = identity().address();
    assertThat(elsewhere.code()).isZero();
    assertThat(elsewhere.out())
        .isEqualTo(
            "%s  left_alone  Recorded in %s; use --db %s or reconcile --adopt%n"
                .formatted(run.id(), own, own));
    assertThat(session.registry("reconcile").out()).contains("recorded    Lost: ");
    assertThat(onRecord(run.id()).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
  }

  @Test
  void the_same_file_by_another_name_is_the_same_database() throws IOException {
    Run run = Runs.running();
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), home.databaseFile());
    home.begin(run, identity());
    home.unlock(run.id());

    assertThat(session.registry("reconcile", "--db", "jdbc:sqlite:" + link).out())
        .contains("recorded    Lost: ");
    assertThat(onRecord(run.id())).isPresent();
  }

  @Test
  void after_a_database_has_moved_its_runs_are_adopted() throws IOException {
    Run run = Runs.running();
    home.begin(run, identity());
    home.end(Runs.ended(run, Runs.exited(3)));
    home.unlock(run.id());
    String url = "jdbc:sqlite:" + folder.resolve("moved.db");

    assertThat(session.registry("reconcile", "--db", url).out()).contains("left_alone");
    assertThat(session.registry("reconcile", "--adopt", "--db", url).out())
        .contains("recorded    Failed with exit code 3");
    assertThat(home.activeRuns()).isZero();
  }

  /** What was seen: acknowledged runs were gone after a restore. */
  @Test
  void runs_made_since_a_backup_are_recorded_again_after_it_is_restored() throws IOException {
    assertThat(session.registry("run", "--", "sh", "-c", "exit 3").code()).isEqualTo(3);
    Path backup = Files.copy(home.databaseFile(), folder.resolve("backup.db"));
    assertThat(session.registry("run", "--", "sh", "-c", "exit 4").code()).isEqualTo(4);
    RunId since = home.archived().get(1);
    Run before = onRecord(since).orElseThrow();
    Files.move(backup, home.databaseFile(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(onRecord(since)).isEmpty();

    Result replayed = session.registry("reconcile", "--from-archive");

    assertThat(replayed)
        .isEqualTo(new Result(0, since + "  recorded    Failed with exit code 4\n", ""));
    assertThat(onRecord(since)).contains(before);
    assertThat(session.registry("verify").code()).isZero();
    assertThat(session.registry("reconcile", "--from-archive").err())
        .isEqualTo("registry: nothing to reconcile\n");
  }

  @Test
  void a_database_created_anew_is_filled_from_the_archive_and_damaged_entries_are_named()
      throws IOException {
    session.registry("run", "--", "true");
    session.registry("run", "--", "true");
    List<RunId> runs = home.archived();
    Files.delete(home.databaseFile());
    Path damaged = folder.resolve("runs/done").resolve(runs.get(0).toString());
    Files.writeString(damaged.resolve("outcome.json"), "{");

    Result replayed = session.registry("reconcile", "--from-archive");

    assertThat(replayed.code()).isEqualTo(1);
    assertThat(replayed.out().lines())
        .hasSize(2)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(runs.get(0) + "  failed      Cannot be recorded again: run "))
        .contains(runs.get(1) + "  recorded    Completed with exit code 0");
    assertThat(onRecord(runs.get(1))).isPresent();
  }

  /** What was seen: a run of hours was on no list until it ended. */
  @Test
  @Timeout(600)
  void a_run_that_began_while_the_database_was_away_is_on_record_while_it_runs() throws Exception {
    Files.createDirectory(home.databaseFile()); // where the file should be
    String script = "touch \"$0/up\"; until [ -e \"$0/go\" ]; do sleep 0.1; done";
    CompletableFuture<Result> run =
        CompletableFuture.supplyAsync(
            () -> session.registry("run", "--", "sh", "-c", script, folder.toString()));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(folder.resolve("up")) && isToTryAgain());
    Files.delete(home.databaseFile());
    RunId id = home.active().get(0);

    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> onRecord(id).filter(found -> !found.status().isFinal()).isPresent());

    Files.createFile(folder.resolve("go"));
    assertThat(run.get(2, TimeUnit.MINUTES).code()).isZero();
    assertThat(onRecord(id).orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
  }

  /** Whether the start could not be saved, and the next try is waited for. */
  private static boolean isToTryAgain() {
    return Thread.getAllStackTraces().values().stream()
        .map(stack -> Stream.of(stack).map(StackTraceElement::getMethodName).toList())
        .anyMatch(methods -> methods.containsAll(List.of("reconcileAgain", "await")));
  }

  @Test
  void as_json_it_is_a_line_for_each_run() {
    Run ended = ended();

    assertThat(session.registry("reconcile", "--json").out())
        .isEqualTo(
            """
            {"name":"%s","action":"recorded","message":"Failed with exit code 3",\
            "status":"failed","exit_code":3}
            """
                .formatted(ended.id()));
  }

  @Test
  void what_is_no_run_is_moved_away_and_named() throws IOException {
    Files.createDirectories(folder.resolve("runs/active/what\nis this"));

    Result result = session.registry("reconcile", "--json");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("{\"name\":\"what\\nis this\",\"action\":\"set_aside\"")
        .endsWith("\"status\":null,\"exit_code\":null}\n");
    assertThat(folder.resolve("runs/active")).isEmptyDirectory();
    assertThat(folder.resolve("runs/damaged")).isNotEmptyDirectory();
  }

  @Test
  void while_the_database_is_away_the_runs_that_wait_for_it_are_counted() throws IOException {
    Run ended = ended();
    Files.createDirectory(home.databaseFile()); // where the file should be

    Result result = session.registry("reconcile");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains(ended.id() + "  waiting ");
    assertThat(result.err()).endsWith("registry: 1 waiting for the database, 0 failed\n");

    Files.delete(home.databaseFile());
    assertThat(session.registry("reconcile").code()).isZero();
    assertThat(onRecord(ended.id())).contains(ended);
  }

  @Test
  void every_command_that_reads_runs_settles_them_before() {
    Run listed = ended();
    assertThat(session.registry("runs", "list", "--json").out()).contains(listed.id().toString());

    Run shown = ended();
    assertThat(session.registry("runs", "show", shown.id().toString()).code()).isZero();

    Run logged = ended();
    assertThat(session.registry("runs", "logs", logged.id().toString()).code()).isZero();
    assertThat(home.activeRuns()).isZero();
  }

  @Test
  void a_run_settles_those_before_it() {
    Run before = ended();

    assertThat(session.registry("run", "--", "sleep", "0.3").code()).isZero();

    assertThat(onRecord(before.id())).contains(before);
    assertThat(home.activeRuns()).isZero();
  }

  @Test
  void an_empty_database_beside_archived_runs_is_not_taken_for_a_new_record() throws Exception {
    String warning =
        "registry: warning: the database does not have runs that are archived on this host;"
            + " `registry reconcile --from-archive` records them again\n";
    assertThat(session.registry("run", "--", "true")).isEqualTo(new Result(0, "", ""));
    assertThat(session.registry("verify").err()).isEmpty();
    for (String beside : List.of("-wal", "-shm", "")) {
      Files.deleteIfExists(Path.of(home.databaseFile() + beside));
    }
    Files.createFile(home.databaseFile());

    assertThat(session.registry("run", "--", "true")).isEqualTo(new Result(0, "", warning));
    Result verified = session.registry("verify");
    assertThat(verified.code()).isZero();
    assertThat(verified.err()).isEqualTo(warning);

    assertThat(session.registry("reconcile", "--from-archive").out()).contains("recorded");
    assertThat(session.registry("verify").err()).isEmpty();
    assertThat(session.registry("run", "--", "true").err()).isEmpty();
  }
}
