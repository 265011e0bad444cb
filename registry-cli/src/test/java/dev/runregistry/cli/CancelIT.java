package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code registry cancel} through the launcher, on the host of the run and on another one. */
@Timeout(600)
class CancelIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** Leaves its session, is forked twice and ignores TERM, beside a child that does. */
  private static final String TREE =
      "(setsid sh -c 'trap \"\" TERM; sleep 1000; :' x \"$0\" &);"
          + " sh -c 'trap \"\" TERM; sleep 1000; :' x \"$0\" &"
          + " echo up; sleep 1000; :";

  @TempDir private Path folder;
  private final String mark = UUID.randomUUID().toString();
  private DatabaseConfig database;
  private Launcher launcher;

  @BeforeEach
  void open() throws IOException {
    launcher = new Launcher(Files.createDirectory(folder.resolve("here")));
    database = DatabaseConfig.sqlite(launcher.home().resolve("registry.db"));
  }

  @AfterEach
  void end() {
    processes().forEach(ProcessHandle::destroyForcibly);
    Dispatchers.kill(launcher.home());
  }

  /** Returns the processes of the run that are alive; those that have ended have no arguments. */
  private List<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(
            process -> process.info().arguments().map(List::of).orElse(List.of()).contains(mark))
        .toList();
  }

  private Started startTree() {
    return launcher.start(
        List.of("run", "--kill-after", GRACE.toSeconds() + "s", "--", "sh", "-c", TREE, mark));
  }

  /** The directory of the only run, once its command has printed {@code up}. */
  private Path runningTree() {
    Path active = launcher.home().resolve("runs/active");
    await().atMost(PATIENCE).until(() -> Files.isDirectory(active) && !list(active).isEmpty());
    Path run = list(active).get(0);
    await().atMost(PATIENCE).until(() -> contains(run.resolve("stdout.log"), "up\n"));
    return run;
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      return false; // not there yet
    }
  }

  private Run onRecord(String id) {
    try (RunDatabase runs = RunDatabase.at(database)) {
      return runs.runs().find(RunId.parse(id)).orElseThrow();
    }
  }

  private void assertRequested(Result result, String id) {
    assertThat(result).isEqualTo(new Result(0, "run " + id + ": cancellation requested\n", ""));
  }

  /** The tree is gone, though two of it ignore TERM. */
  private void assertTreeCancelled(String id) throws IOException {
    Run run = onRecord(id);
    assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(processes()).as(run.message()).isEmpty();
    assertThat(run.message()).startsWith("Cancelled by ").doesNotContain("left");
    assertThat(run.output().stdout().text()).isEqualTo("up\n");
    Path request = launcher.home().resolve("runs/done/" + id + "/cancel.json");
    long requested = (Long) BoundedJson.object(Files.readAllBytes(request)).get("at_us");
    assertThat(Duration.between(Timestamps.ofMicros(requested), run.completedAt()))
        .isBetween(Duration.ZERO, GRACE.plus(PATIENCE));
  }

  @Test
  void a_waiting_run_that_is_cancelled_never_starts() {
    assertThat(launcher.registry("queue", "pause").code()).isZero();
    String id = launcher.registry("submit", "--", "touch", folder + "/started").out().strip();

    assertRequested(launcher.registry("cancel", id), id);

    assertThat(launcher.registry("wait", id)).isEqualTo(new Result(143, "", ""));
    assertThat(launcher.registry("queue", "resume").code()).isZero();
    assertThat(launcher.registry("queue", "status", "--json").out()).contains("\"depth\":0");
    assertThat(onRecord(id).status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(onRecord(id).executor()).as("it never started").isNull();
    assertThat(folder.resolve("started")).doesNotExist();
  }

  @Test
  void a_running_tree_that_ignores_term_is_gone_when_its_registry_returns() throws IOException {
    Started run = startTree();
    String id = runningTree().getFileName().toString();

    assertRequested(launcher.registry("cancel", id), id);

    Result result = Launcher.result(run);
    assertThat(result.code()).isEqualTo(143);
    assertThat(result.err()).contains("run " + id + ": Cancelled by ");
    assertThat(launcher.registry("wait", id)).isEqualTo(new Result(143, "", ""));
    assertTreeCancelled(id);
    assertThat(launcher.registry("cancel", id))
        .isEqualTo(new Result(0, "run " + id + ": already cancelled\n", ""));
  }

  @Test
  void a_run_that_has_ended_keeps_its_exit_code() {
    assertThat(launcher.registry("run", "--id-file", "id", "--", "sh", "-c", "exit 3").code())
        .isEqualTo(3);
    String id = list(launcher.home().resolve("runs/done")).get(0).getFileName().toString();

    assertThat(launcher.registry("cancel", id))
        .isEqualTo(new Result(1, "", "registry: run " + id + " has already finished: failed\n"));

    assertThat(launcher.registry("wait", id)).isEqualTo(new Result(3, "", ""));
  }

  @Test
  void a_run_whose_registry_was_killed_is_cancelled_by_the_command_itself() throws Exception {
    Started run = startTree();
    String id = runningTree().getFileName().toString();
    run.process().destroyForcibly().waitFor();
    assertThat(processes()).isNotEmpty();

    assertRequested(launcher.registry("cancel", id), id);

    assertThat(processes()).isEmpty();
    assertThat(launcher.registry("wait", id)).isEqualTo(new Result(143, "", ""));
    assertThat(onRecord(id).message()).startsWith("Cancelled by ");
  }

  /** Another host that shares the database of this one. */
  private Launcher otherHost(Store store) throws Exception {
    ShellTools.needOtherHost();
    database = store.empty(folder);
    assertThat(
            new Session(folder.resolve("migrates"))
                .with("REGISTRY_DB", database.url())
                .registry("migrate")
                .code())
        .isZero();
    launcher.with("REGISTRY_DB", database.url());
    return new Launcher(Files.createDirectory(folder.resolve("there")))
        .with("REGISTRY_DB", database.url())
        .onHost("elsewhere");
  }

  @ParameterizedTest
  @EnumSource(Store.class)
  void a_running_tree_is_cancelled_from_another_host(Store store) throws Exception {
    Launcher there = otherHost(store);
    Started run = startTree();
    String id = runningTree().getFileName().toString();

    assertRequested(there.registry("cancel", id), id);

    assertThat(there.registry("wait", id)).isEqualTo(new Result(143, "", ""));
    assertThat(Launcher.result(run).code()).isEqualTo(143);
    assertTreeCancelled(id);
    assertThat(there.registry("cancel", id).out()).isEqualTo("run " + id + ": already cancelled\n");
  }

  @ParameterizedTest
  @EnumSource(Store.class)
  void a_run_whose_registry_was_killed_is_cancelled_from_another_host_by_its_own(Store store)
      throws Exception {
    Launcher there = otherHost(store);
    Started run = startTree();
    String id = runningTree().getFileName().toString();
    run.process().destroyForcibly().waitFor();
    assertThat(launcher.registry("reconcile").code()).as("its start is on record").isZero();

    assertRequested(there.registry("cancel", id), id);
    assertThat(processes()).as("on the other host").isNotEmpty();
    assertThat(launcher.registry("reconcile").code()).isZero();

    assertThat(processes()).isEmpty();
    assertThat(there.registry("wait", id)).isEqualTo(new Result(143, "", ""));
  }

  @ParameterizedTest
  @EnumSource(Store.class)
  void a_waiting_run_that_is_cancelled_from_another_host_never_starts(Store store)
      throws Exception {
    Launcher there = otherHost(store);
    assertThat(launcher.registry("queue", "pause").code()).isZero();
    String id = launcher.registry("submit", "--", "touch", folder + "/started").out().strip();

    assertRequested(there.registry("cancel", id), id);
    assertThat(launcher.registry("reconcile").code()).isZero();

    assertThat(there.registry("wait", id)).isEqualTo(new Result(143, "", ""));
    assertThat(onRecord(id).executor()).as("it never started").isNull();
    assertThat(folder.resolve("started")).doesNotExist();
  }
}
