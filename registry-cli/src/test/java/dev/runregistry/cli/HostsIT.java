package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.host.KnownHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with a home each, through the launcher; both share a database. */
@Timeout(900)
class HostsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String RUNS_UNTIL_TOLD =
      "echo up; until [ -e \"$0\" ]; do sleep 0.1; done; echo done; exit 3";

  @TempDir private Path folder;
  private DatabaseConfig database;
  private Launcher there;
  private Launcher here;
  private Path told;

  private void given() throws Exception {
    ShellTools.needOtherHost();
    database = Store.POSTGRESQL.empty(folder);
    told = folder.resolve("told");
    assertThat(
            new Session(folder.resolve("migrates"))
                .with("REGISTRY_DB", database.url())
                .registry("migrate")
                .code())
        .isZero();
    here =
        new Launcher(Files.createDirectory(folder.resolve("here")))
            .with("REGISTRY_DB", database.url());
    there =
        new Launcher(Files.createDirectory(folder.resolve("there")))
            .with("REGISTRY_DB", database.url())
            .onHost("node7");
  }

  /** Every loop ends, also that of a failed test. */
  @AfterEach
  void tell() throws IOException {
    if (told != null && Files.notExists(told)) {
      Files.createFile(told);
    }
  }

  private Started startRun() {
    return there.startCommand(
        List.of(
            Launcher.SCRIPT.toString(), "run", "--", "sh", "-c", RUNS_UNTIL_TOLD, told.toString()));
  }

  /** Returns the id of the only active run of the other host, once its command has started. */
  private RunId activeRun() {
    Path active = there.home().resolve("runs/active");
    await().atMost(PATIENCE).until(() -> !names(active).isEmpty());
    String id = names(active).get(0);
    await().atMost(PATIENCE).until(() -> contains(active.resolve(id).resolve("stdout.log"), "up"));
    return RunId.parse(id);
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      return List.of(); // not there yet
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      return false; // not there yet
    }
  }

  private Run onRecord(RunId id) {
    try (RunDatabase runs = RunDatabase.at(database)) {
      return runs.runs().find(id).orElseThrow();
    }
  }

  private KnownHost node7() {
    try (RunDatabase runs = RunDatabase.at(database)) {
      return runs.hosts().find("node7").orElseThrow();
    }
  }

  private Result retire() {
    return here.registry("hosts", "retire", "node7", "--reason", "its disk is broken");
  }

  /** Shared by hosts as usual: in PostgreSQL. */
  @Test
  void a_retired_host_that_comes_back_cannot_change_the_record_of_its_runs() throws Exception {
    given();
    Started run = startRun();
    RunId id = activeRun();
    assertThat(there.registry("queue", "pause").code()).isZero();
    Path touched = folder.resolve("touched");
    String submitted = there.registry("submit", "--", "touch", touched.toString()).out().strip();
    RunId waiting = RunId.parse(submitted);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions() // until it is announced
        .until(() -> node7().pending() == 1 && node7().running() == 1);
    assertThat(node7().homes()).hasSize(1);
    assertThat(retire().err()).contains("host node7 was seen ", " s ago");
    run.process().destroyForcibly().waitFor();
    killDispatcher();
    await().atMost(PATIENCE).until(this::isUnseen);
    setBackQueued(waiting, onRecord(waiting).createdAt());
    assertThat(here.registry("runs", "show", id.toString()).out())
        .contains("not seen    node7 was last seen ");

    Result retired = retire();

    assertThat(retired.err()).isEmpty();
    assertThat(retired.out()).isEqualTo("Retired host node7; 2 runs are recorded as lost\n");
    Run lost = onRecord(id);
    Run neverStarted = onRecord(waiting);
    for (Run one : List.of(lost, neverStarted)) {
      assertThat(one.status()).isEqualTo(RunStatus.FAILED);
      assertThat(one.reason()).isEqualTo(RunReason.LOST);
      assertThat(one.message())
          .startsWith("Lost: the host node7 was retired by ")
          .endsWith(": its disk is broken");
    }

    assertThat(there.registry("reconcile").out())
        .contains(id + "  left_alone  Running; its registry has exited; recorded as finished");
    Files.createFile(told);
    StringBuilder reported = new StringBuilder();
    await()
        .atMost(PATIENCE)
        .until(() -> reported.append(there.registry("reconcile").out()).indexOf("refused") >= 0);
    assertThat(reported)
        .contains(
            id
                + "  refused     Refused; another outcome is recorded: Failed with exit"
                + " code 3");
    assertThat(there.registry("queue", "resume").code()).isZero();
    String next = there.registry("submit", "--", "true").out().strip();
    assertThat(there.registry("wait", next).code()).isZero();

    assertThat(touched).as("its run is on record as lost").doesNotExist();
    assertThat(onRecord(id)).isEqualTo(lost);
    assertThat(onRecord(waiting)).isEqualTo(neverStarted);
    assertThat(there.home().resolve("runs/done/" + id)).isDirectory();
    assertThat(there.home().resolve("runs/done/" + waiting)).isDirectory();
    Result verified = here.registry("verify");
    assertThat(verified.code()).isZero();
    assertThat(verified.out())
        .startsWith("Verified: 3 finished runs and 1 retirement of a host, no discrepancies\n");
    assertThat(node7().isRetired()).as("it was seen again").isFalse();
  }

  /** As if an hour had passed; an announcement of before may come to its end meanwhile. */
  private boolean isUnseen() throws SQLException {
    SeenHosts.setBack(database, "node7");
    SeenHosts.setBackStarts(database);
    return !node7().isSeen();
  }

  /**
   * The queue has the same time as the record: only a run that has waited for a minute is sought.
   */
  private void setBackQueued(RunId id, Instant createdAt) throws IOException {
    Path file = there.home().resolve("runs/queued").resolve(id.toString()).resolve("queued.json");
    String time = "_at_us\":" + ChronoUnit.MICROS.between(Instant.EPOCH, createdAt);
    Files.writeString(
        file, Files.readString(file).replaceAll("(created|started)_at_us\":\\d+", "$1" + time));
  }

  private void killDispatcher() {
    Dispatchers.kill(there.home());
  }
}
