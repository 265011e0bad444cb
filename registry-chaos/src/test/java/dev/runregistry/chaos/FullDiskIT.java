package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A home, and often the database too, on a disk that is full, read-only, or gone. */
class FullDiskIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;
  private Installation installation;
  private SmallDisk disk;

  @BeforeEach
  void open() throws IOException {
    installation = new Installation(folder.resolve("cache"), false);
    disk = SmallDisk.of(1024, folder.resolve("disk"));
  }

  @AfterEach
  void close() {
    disk.close();
  }

  /** Where the database is. */
  private enum Database {
    IN_THE_HOME,
    ELSEWHERE
  }

  private Process start(Database database, List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(disk.inside(installation.launcher(words)));
    builder.environment().putAll(installation.environment());
    if (database == Database.ELSEWHERE) {
      builder.environment().put("REGISTRY_DB", "jdbc:sqlite:" + folder.resolve("elsewhere.db"));
    }
    builder.environment().put("REGISTRY_HOME", folder.resolve("disk/home").toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(said().toFile()))
        .start();
  }

  private Path said() {
    return folder.resolve("said");
  }

  private int registry(Database database, String... words) throws Exception {
    return code(start(database, List.of(words)));
  }

  private static int code(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Says that it has started, and ends when it may. */
  private Process startWaiting(Database database) throws IOException {
    Process run =
        start(
            database,
            List.of(
                "run",
                "--",
                "/bin/sh",
                "-c",
                "touch \"$0/up\"; until [ -e \"$0/go\" ]; do sleep 0.05; done; exit 7",
                folder.toString()));
    await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("up")));
    return run;
  }

  private void go() throws IOException {
    Files.createFile(folder.resolve("go"));
  }

  private void assertOnlyRunEndedWith(int code, Database database) throws Exception {
    String list = said(database, "runs", "--json");
    assertThat(list).hasLineCount(1);
    String id = list.replaceAll("(?s).*\"run_id\":\"([^\"]*)\".*", "$1");
    assertThat(said(database, "runs", "show", id, "--json")).contains("\"exit_code\":" + code);
  }

  private String said(Database database, String... words) throws Exception {
    Files.deleteIfExists(said());
    assertThat(registry(database, words)).isZero();
    return Files.readString(said());
  }

  private void assertNotStarted(String why) throws Exception {
    int code =
        registry(Database.IN_THE_HOME, "run", "--", "touch", folder.resolve("up").toString());

    assertThat(code).isEqualTo(125);
    assertThat(folder.resolve("up")).doesNotExist();
    assertThat(said()).content().contains("cannot be journaled", why).hasLineCount(1);
  }

  @Test
  void on_a_full_disk_nothing_is_started_and_nothing_stays_of_that() throws Exception {
    disk.fill();

    assertNotStarted("No space left on device");

    disk.empty();
    assertThat(registry(Database.IN_THE_HOME, "run", "--", "true")).isZero();
    assertThat(disk.folder().resolve("home/runs/starting")).isEmptyDirectory();
    assertOnlyRunEndedWith(0, Database.IN_THE_HOME);
  }

  @Test
  void on_a_read_only_disk_nothing_is_started() throws Exception {
    disk.makeReadOnly();

    assertNotStarted("Read-only file system");
  }

  @Test
  void without_the_disk_nothing_is_started() throws Exception {
    Path gone = disk.folder();
    disk.close();
    ProcessBuilder run =
        new ProcessBuilder(
            installation.launcher(List.of("run", "--", "touch", folder.resolve("up").toString())));
    run.environment().putAll(installation.environment());
    run.environment().put("REGISTRY_HOME", gone.resolve("home").toString());

    assertThat(code(run.redirectErrorStream(true).redirectOutput(said().toFile()).start()))
        .isEqualTo(125);
    assertThat(folder.resolve("up")).doesNotExist();
    assertThat(said()).content().contains("cannot be journaled");
  }

  @ParameterizedTest
  @EnumSource
  void a_disk_that_is_full_at_the_end_of_a_run_does_not_change_how_it_ended(Database database)
      throws Exception {
    Process run = startWaiting(database);
    disk.fill();
    go();

    assertThat(code(run)).isEqualTo(7);

    disk.empty();
    assertThat(registry(database, "reconcile")).isZero();
    assertOnlyRunEndedWith(7, database);
  }

  @ParameterizedTest
  @EnumSource
  void nor_does_it_when_the_registry_was_killed_before(Database database) throws Exception {
    Process run = startWaiting(database);
    run.destroyForcibly().waitFor();
    disk.fill();
    go();
    await().atMost(PATIENCE).until(() -> active().allMatch(this::hasNoProcesses));

    disk.empty();

    assertThat(registry(database, "reconcile")).isZero();
    assertOnlyRunEndedWith(7, database);
  }

  private Stream<Path> active() throws IOException {
    try (var runs = Files.list(disk.folder().resolve("home/runs/active"))) {
      return runs.toList().stream();
    }
  }

  private boolean hasNoProcesses(Path run) {
    String id = String.valueOf(run.getFileName());
    return ProcessHandle.allProcesses().noneMatch(one -> Stage.carries(one.pid(), id));
  }

  @Test
  void a_disk_that_goes_away_during_a_run_does_not_change_how_it_ended() throws Exception {
    Process run = startWaiting(Database.ELSEWHERE);
    disk.unmount();
    go();

    assertThat(code(run)).isEqualTo(7);

    assertOnlyRunEndedWith(7, Database.ELSEWHERE);
  }
}
