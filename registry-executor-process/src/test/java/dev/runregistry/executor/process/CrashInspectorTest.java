package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.Fifo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found of a run whose registry was killed, with real processes. */
class CrashInspectorTest {
  private static final ProcessTable TABLE = ProcessTable.ofThisHost();

  @TempDir private Path folder;
  private FileRunJournal home;
  private Path fifo;

  @BeforeEach
  void makeFifo() throws IOException, InterruptedException {
    home = FileRunJournal.at(folder);
    fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
  }

  @AfterEach
  void endWhatIsLeft() {
    home.active()
        .forEach(id -> new OrphanedProcesses(id, LocalRuns.workspace(home, id), TABLE).end());
  }

  /** Its registry is dead, its claim is ours, and it waits for somebody to write to the fifo. */
  private Workspace orphan() throws IOException, InterruptedException {
    return orphan("echo up; read -r _ <\"$1\"; echo down; exit 7");
  }

  private Workspace orphan(String script) throws IOException, InterruptedException {
    Process registry =
        RegistryProcess.builder(folder, "sh", "-c", script, "sh", fifo.toString()).start();
    Workspace run = RegistryProcess.onlyRun(folder);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));
    assertThat(home.tryLock(id(run))).as("its registry lives").isFalse();
    registry.destroyForcibly().waitFor();
    assertThat(home.tryLock(id(run))).isTrue();
    return run;
  }

  private static RunId id(Workspace run) {
    return RunId.parse(String.valueOf(run.path().getFileName()));
  }

  private Object standing(Workspace run) {
    return LocalRuns.found(home, id(run));
  }

  private void go() throws IOException {
    Files.writeString(fifo, "go\n");
  }

  private static void kill(ProcessIdentity process) {
    ProcessHandle handle = ProcessHandle.of(process.pid()).orElseThrow();
    handle.destroyForcibly();
    LocalRuns.await(() -> !TABLE.isAlive(process));
  }

  private static ProcessIdentity supervisor(Workspace run) {
    return new ProcessFile(run).supervisor().orElseThrow().identity();
  }

  private static ProcessIdentity child(Workspace run) {
    return new ProcessFile(run).child().orElseThrow().identity();
  }

  private static void edit(Path file, String what, String with) throws IOException {
    String before = Files.readString(file);
    String after = before.replaceFirst(what, with);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
  }

  private Run endedAndNotNoted() {
    LocalRuns runs = new LocalRuns(folder);
    Run run = runs.begun(null, "sh", "-c", "echo out");
    runs.execute(runs.executor().build(), run);
    return run;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stdout.log",
        "stderr.log",
        "processes",
        "outcome.json",
        "outcome.json.tmp",
        "timed-out",
        "log-totals",
        "log-cuts",
        "supervisor.log",
        "output-index",
        "database.json",
        "vanished",
        "config.yaml"
      })
  void a_fifo_that_a_run_has_put_in_its_folder_keeps_nobody_waiting(String name) throws Exception {
    Run run = endedAndNotNoted();
    Fifo.inPlaceOf(LocalRuns.workspace(home, run.id()).path().resolve(name));

    Inspection.Exited found = (Inspection.Exited) LocalRuns.found(home, run.id());
    home.end(run.finish(found.outcome(), found.at()));

    assertThat(found.outcome().exitCode()).isZero();
    assertThat(LocalRuns.found(home, run.id())).isInstanceOf(JournalEntry.Ended.class);
  }

  @Test
  void a_fifo_instead_of_the_output_index_does_not_block_its_reader() throws Exception {
    Run run = endedAndNotNoted();
    assertThat(ProcessLogs.in(LocalRuns.workspace(home, run.id()).path()).pieces()).isPresent();
    Fifo.inPlaceOf(LocalRuns.workspace(home, run.id()).outputIndex());

    assertThat(ProcessLogs.in(LocalRuns.workspace(home, run.id()).path()).pieces()).isEmpty();
    assertThat(home.database(run.id())).isNotNull();
  }

  @Test
  void a_fifo_instead_of_the_exit_code_or_of_the_note_keeps_nobody_waiting() throws Exception {
    Run run = endedAndNotNoted();
    Fifo.inPlaceOf(LocalRuns.workspace(home, run.id()).exit());
    assertThat(LocalRuns.found(home, run.id())).isInstanceOf(Inspection.Lost.class);

    Fifo.inPlaceOf(LocalRuns.workspace(home, run.id()).run());
    assertThat(LocalRuns.found(home, run.id()))
        .isEqualTo(new JournalEntry.Corrupt("run.json: not a regular file"));
  }

  /** A link to itself stands for what fails for a while: it is not there, and not missing. */
  @Test
  void what_cannot_be_read_is_left_alone_until_it_can() throws Exception {
    Run run = endedAndNotNoted();
    Path place = LocalRuns.workspace(home, run.id()).path();
    Path moved = Files.move(place, folder.resolve("moved"));
    Files.createSymbolicLink(place, place.getFileName());

    assertThatThrownBy(() -> LocalRuns.found(home, run.id())).isInstanceOf(JournalException.class);

    Files.delete(place);
    Files.move(moved, place);
    assertThat(LocalRuns.found(home, run.id())).isInstanceOf(Inspection.Exited.class);
  }

  @Test
  void a_run_that_outlives_its_registry_goes_on_and_then_ends_as_it_did()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    assertThat(standing(run))
        .isInstanceOfSatisfying(
            Inspection.Running.class,
            orphaned -> {
              assertThat(orphaned.age().orElseThrow())
                  .isBetween(Duration.ZERO, Duration.ofMinutes(1));
            });

    go();
    LocalRuns.await(() -> !TABLE.isAlive(supervisor(run)));

    Instant ended = Files.getLastModifiedTime(run.exit()).toInstant();
    assertThat(standing(run))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            witnessed -> {
              assertThat(witnessed.outcome())
                  .isEqualTo(new Exited(7, Runs.output("up\ndown\n", "")));
              assertThat(witnessed.at()).isEqualTo(ended);
            });
  }

  @Test
  void a_run_whose_supervisor_was_killed_goes_on_and_then_nobody_knows_how_it_ended()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    kill(supervisor(run));
    assertThat(standing(run)).isInstanceOf(Inspection.Running.class);

    ProcessIdentity child = child(run);
    go();
    LocalRuns.await(() -> !TABLE.isAlive(child));

    assertThat(vanished(run).reason()).contains("exit status unknown");
    // nobody is there to copy the rest, which it notices as in any pipe
    assertThat(vanished(run).output()).isEqualTo(Runs.output("up\n", ""));
  }

  private Inspection.Lost vanished(Workspace run) {
    return (Inspection.Lost) standing(run);
  }

  @Test
  void a_child_that_was_killed_ended_by_that_signal() throws IOException, InterruptedException {
    Workspace run = orphan("echo up; read -r _ <\"$1\"");

    kill(child(run));
    LocalRuns.await(() -> !TABLE.isAlive(supervisor(run)));

    assertThat(((Inspection.Exited) standing(run)).outcome().exitCode()).isEqualTo(137);
  }

  @Test
  void of_all_that_was_killed_at_once_nothing_is_known() throws IOException, InterruptedException {
    Workspace run = orphan();
    kill(supervisor(run));
    kill(child(run));

    assertThat(vanished(run).reason()).contains("exit status unknown");
  }

  @Test
  void what_a_run_left_behind_keeps_it_alive_only_until_its_own_end()
      throws IOException, InterruptedException {
    String mark = "mark-" + UUID.randomUUID();
    Workspace run =
        orphan("setsid sh -c 'sleep 1000' " + mark + " & echo up; read -r _ <\"$1\"; exit 3");
    go();
    LocalRuns.await(() -> LocalRuns.contains(run.exit(), "\n"));
    assertThat(LocalRuns.alive(mark)).hasSize(1);
    assertThat(TABLE.isAlive(supervisor(run))).as("looks after what is left").isTrue();

    Inspection.Exited ended = (Inspection.Exited) standing(run);
    LocalRuns.terminate(home, id(run), TerminationReason.ENDED);

    assertThat(ended.outcome().exitCode()).isEqualTo(3);
    assertThat(LocalRuns.alive(mark)).isEmpty();
    assertThat(TABLE.isAlive(supervisor(run))).isFalse();
  }

  @Test
  void whatever_carries_the_cookie_is_the_run_when_its_supervisor_was_killed()
      throws IOException, InterruptedException {
    Workspace run = orphan("(sleep 1000) & echo up; read -r _ <\"$1\"");
    kill(supervisor(run));
    kill(child(run));

    assertThat(standing(run)).isInstanceOf(Inspection.Running.class);
  }

  @Test
  void a_supervisor_that_has_not_said_who_it_is_is_seen_all_the_same()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    Files.writeString(run.processes(), "");

    assertThat(standing(run)).isInstanceOf(Inspection.Running.class);
  }

  @Test
  void after_a_run_was_found_to_be_lost_its_late_supervisor_starts_nothing()
      throws IOException, InterruptedException {
    LocalRuns runs = new LocalRuns(folder);
    Run run = runs.begun(null, "sh", "-c", "echo ran >" + folder.resolve("ran"));
    Workspace its = runs.folder(run);
    new ProcessFile(its).create(java.util.Optional.empty(), Duration.ZERO, LogLimit.NONE);
    home.unlock(run.id());
    assertThat(home.tryLock(run.id())).isTrue();
    assertThat(vanished(its).reason())
        .isEqualTo("the registry was killed before it started anything");

    Process late =
        Supervisor.of(
                new ProcessBuilder(),
                run.id(),
                its,
                run.spec().command(),
                Map.of(LocalRunExecutor.RUN_ID_VARIABLE, run.id().toString()),
                runs.settings())
            .start();

    assertThat(late.waitFor()).isEqualTo(125);
    assertThat(folder.resolve("ran")).doesNotExist();
    assertThat(vanished(its).reason())
        .isEqualTo("the registry was killed before it started anything");
  }

  @Test
  void a_run_whose_supervisor_never_began_starts_at_the_second_attempt_and_only_there()
      throws Exception {
    LocalRuns runs = new LocalRuns(folder);
    Path ran = folder.resolve("ran");
    Run run = runs.begun(null, "sh", "-c", "echo ran >>" + ran + "; read -r _ <" + fifo);
    Workspace its = runs.folder(run);
    new ProcessFile(its).create(java.util.Optional.empty(), Duration.ZERO, LogLimit.NONE);
    for (LogStream stream : LogStream.values()) {
      Files.createFile(its.log(stream));
    }
    ProcessBuilder late = supervisor(runs, run);
    home.unlock(run.id()); // as if its registry had been killed here
    assertThat(home.tryLock(run.id())).isTrue();

    assertThat(vanished(its).neverStarted()).isTrue();
    assertThat(late.start().waitFor()).isEqualTo(125);
    assertThat(vanished(its).neverStarted()).as("that is found again").isTrue();
    CompletableFuture<RunOutcome> second =
        CompletableFuture.supplyAsync(() -> runs.execute(runs.executor().build(), run));
    LocalRuns.await(() -> Files.exists(ran));

    assertThat(late.start().waitFor()).as("while the second attempt goes on").isEqualTo(125);
    go();
    assertThat(second.get(2, TimeUnit.MINUTES)).isInstanceOf(Exited.class);
    assertThat(ran).content().isEqualTo("ran\n");
  }

  @Test
  void an_attempt_whose_supervisor_began_is_not_repeated() throws Exception {
    LocalRuns runs = new LocalRuns(folder);
    Run run = runs.begun(null, "true");
    Workspace its = runs.folder(run);
    new ProcessFile(its).create(java.util.Optional.empty(), Duration.ZERO, LogLimit.NONE);
    Files.createFile(its.vanished());
    assertThat(supervisor(runs, run).start().waitFor()).isEqualTo(125);
    home.unlock(run.id());
    assertThat(home.tryLock(run.id())).isTrue();

    assertThat(vanished(its).neverStarted()).isFalse();
    assertThat(its.vanished()).exists();
  }

  private static ProcessBuilder supervisor(LocalRuns runs, Run run) throws IOException {
    return Supervisor.of(
        new ProcessBuilder(),
        run.id(),
        runs.folder(run),
        run.spec().command(),
        Map.of(LocalRunExecutor.RUN_ID_VARIABLE, run.id().toString()),
        runs.settings());
  }

  @Test
  void after_a_run_was_settled_its_late_supervisor_starts_nothing()
      throws IOException, InterruptedException {
    LocalRuns runs = new LocalRuns(folder);
    Run run = runs.begun(null, "sh", "-c", "echo ran >" + folder.resolve("ran"));
    Workspace its = runs.folder(run);
    ProcessBuilder supervisor =
        Supervisor.of(
                new ProcessBuilder(),
                run.id(),
                its,
                run.spec().command(),
                Map.of(),
                runs.settings())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    home.archive(run.id());

    assertThat(supervisor.start().waitFor()).isEqualTo(125);
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void a_run_of_a_boot_before_this_is_over_even_if_its_pids_are_in_use()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"boot_id\":\"[^\"]*\"", "\"boot_id\":\"another\"");

    assertThat(vanished(run).reason()).isEqualTo("the host restarted meanwhile, before it ended");

    Files.writeString(run.exit(), "0\n");
    assertThat(((Inspection.Exited) standing(run)).outcome().exitCode()).isZero();
  }

  @Test
  void a_run_of_another_host_is_never_judged() throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"boot_id\":\"[^\"]*\"", "\"boot_id\":\"another\"");
    edit(run.run(), "\"machine_id\":(null|\"[^\"]*\")", "\"machine_id\":\"another\"");

    assertThat(standing(run)).isInstanceOf(Inspection.NotVisible.class);

    edit(run.run(), "\"host\":\"[^\"]*\"", "\"host\":\"theirs\"");
    assertThat(standing(run))
        .isEqualTo(
            new Inspection.NotVisible("Cannot be inspected from here: started on the host theirs"));
  }

  @Test
  void a_host_that_was_renamed_is_still_the_same() throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"host\":\"[^\"]*\"", "\"host\":\"old-name\"");

    assertThat(standing(run)).isInstanceOf(Inspection.Running.class);
  }

  @Test
  void a_registry_that_lives_in_another_process_is_left_to_its_run()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    ProcessIdentity alive = child(run);
    edit(run.run(), "\"pid\":\\d+", "\"pid\":" + alive.pid());
    assertThat(standing(run)).as("a pid is used again").isInstanceOf(Inspection.Running.class);

    edit(run.run(), "\"start_time\":\\d+", "\"start_time\":" + alive.startTime());

    assertThat(standing(run))
        .isEqualTo(new Inspection.NotVisible("Owned by the running process " + alive.pid()));
  }

  @Test
  void a_run_in_another_container_is_seen_from_the_host_and_not_judged_from_elsewhere()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"pid_namespace\":\"[^\"]*\"", "\"pid_namespace\":\"pid:[77]\"");
    OwnerIdentity owner = OwnerIdentity.readFrom(run.run());

    assertThat(remains(run, owner, "pid:[4026531836]")).isInstanceOf(Inspection.Running.class);
    assertThat(remains(run, owner, "pid:[88]"))
        .isEqualTo(
            new Inspection.NotVisible(
                "Cannot be inspected from here: started in another container of this host"));

    new OrphanedProcesses(id(run), run, TABLE).end();
    Files.deleteIfExists(run.exit());
    assertThat(remains(run, owner, "pid:[4026531836]")).isInstanceOf(Inspection.Lost.class);
    assertThat(remains(run, owner, "pid:[88]")).isInstanceOf(Inspection.NotVisible.class);
  }

  @Test
  void a_container_whose_first_process_is_gone_is_gone_with_all_its_runs()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"pid_namespace\":\"[^\"]*\"", "\"pid_namespace\":\"pid:[77]\"");
    edit(run.run(), "\"pid\":\\d+", "\"pid\":1");
    OwnerIdentity owner = OwnerIdentity.readFrom(run.run());

    assertThat(remains(run, owner, "pid:[88]"))
        .isInstanceOfSatisfying(
            Inspection.Lost.class,
            vanished ->
                assertThat(vanished.reason()).isEqualTo("its container ended, before it ended"));
  }

  private Inspection remains(Workspace run, OwnerIdentity then, @Nullable String namespace)
      throws IOException {
    OwnerIdentity here =
        new OwnerIdentity(
            then.host(), then.machineId(), then.bootId(), namespace, new ProcessIdentity(9, 9));
    return new CrashInspector(id(run), run, TABLE, here).inspect(LocalRuns.running(home, id(run)));
  }

  @Test
  void an_orphan_over_its_limit_is_ended_with_all_it_started_and_that_is_remembered()
      throws IOException, InterruptedException {
    String mark = "mark-" + UUID.randomUUID();
    Workspace run = orphan("setsid sh -c 'sleep 1000' " + mark + " & echo up; sleep 1000");
    edit(run.run(), "\"time_limit_ms\":null", "\"time_limit_ms\":1");
    assertThat(standing(run)).isInstanceOf(Inspection.Running.class);

    LocalRuns.terminate(home, id(run), TerminationReason.TIME_LIMIT);

    assertThat(LocalRuns.alive(mark)).isEmpty();
    assertThat(TABLE.isAlive(supervisor(run))).isFalse();
    assertThat(standing(run))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            ended ->
                assertThat(ended.outcome())
                    .isEqualTo(new TimedOut(Duration.ofMillis(1), Runs.output("up\n", ""), "")));
  }

  @Test
  void an_orphan_whose_supervisor_was_killed_is_ended_all_the_same()
      throws IOException, InterruptedException {
    Workspace run = orphan("echo up; sleep 1000");
    edit(run.run(), "\"time_limit_ms\":null", "\"time_limit_ms\":1");
    kill(supervisor(run));
    ProcessIdentity child = child(run);

    LocalRuns.terminate(home, id(run), TerminationReason.TIME_LIMIT);

    assertThat(TABLE.isAlive(child)).isFalse();
    assertThat(((Inspection.Exited) standing(run)).outcome()).isInstanceOf(TimedOut.class);
  }

  @Test
  void an_orphan_has_as_long_to_tidy_up_as_its_own_registry_would_have_given_it()
      throws IOException, InterruptedException {
    for (int grace : new int[] {60_000, 0}) {
      Path tidied = folder.resolve("tidied-" + grace);
      Workspace run =
          orphan(
              "trap 'sleep 0.3; touch %s; exit' TERM; echo up; while :; do sleep 0.1; done"
                  .formatted(tidied));
      edit(run.processes(), "grace \\d+", "grace " + grace);
      edit(run.run(), "\"time_limit_ms\":null", "\"time_limit_ms\":1");

      LocalRuns.terminate(home, id(run), TerminationReason.TIME_LIMIT);

      assertThat(Files.exists(tidied)).isEqualTo(grace > 0);
      home.archive(id(run));
      home.unlock(id(run));
    }
  }

  @Test
  void an_orphan_gets_the_signal_that_its_own_registry_would_have_sent()
      throws IOException, InterruptedException {
    Path saved = folder.resolve("saved");
    Workspace run =
        orphan(
            "trap '' TERM; trap 'touch %s; exit' USR1; echo up; while :; do sleep 0.1; done"
                .formatted(saved));
    edit(run.processes(), "grace \\d+", "stop-signal USR1\ngrace 60000");
    edit(run.run(), "\"time_limit_ms\":null", "\"time_limit_ms\":1");

    LocalRuns.terminate(home, id(run), TerminationReason.TIME_LIMIT);

    assertThat(saved).exists();
  }

  @Test
  void an_exit_code_on_a_full_disk_is_the_one_among_the_processes()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    Files.createDirectory(run.exit()); // so that no file can be made there
    go();
    LocalRuns.await(() -> !TABLE.isAlive(supervisor(run)));
    Files.delete(run.exit());

    assertThat(((Inspection.Exited) standing(run)).outcome())
        .isEqualTo(new Exited(7, Runs.output("up\ndown\n", "")));

    edit(run.processes(), "exit 7\n", "exit 7");
    assertThat(standing(run)).as("half a number").isInstanceOf(Inspection.Lost.class);
  }

  @Test
  void zeros_where_an_exit_code_was_are_no_exit_code() throws IOException, InterruptedException {
    Workspace run = orphan();
    kill(supervisor(run));
    kill(child(run));
    Files.write(run.exit(), new byte[] {0, 0, '\n'});

    assertThat(vanished(run).reason()).isEqualTo("it ended; its exit code could not be written");
  }

  @Test
  void a_registry_that_is_killed_while_it_ends_a_run_over_its_limit_leaves_a_timeout()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    edit(run.run(), "\"time_limit_ms\":null", "\"time_limit_ms\":1");
    new ProcessFile(run).mark(EndCause.TIME_LIMIT);
    kill(child(run));
    LocalRuns.await(() -> !TABLE.isAlive(supervisor(run)));

    assertThat(((Inspection.Exited) standing(run)).outcome()).isInstanceOf(TimedOut.class);
  }

  @Test
  void an_exit_code_that_did_not_fit_on_the_disk_is_not_made_up()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    kill(supervisor(run));
    kill(child(run));
    Files.writeString(run.exit(), "");

    assertThat(vanished(run).reason()).isEqualTo("it ended; its exit code could not be written");
  }

  @Test
  void a_clock_that_was_set_back_changes_the_time_of_the_end_and_nothing_else()
      throws IOException, InterruptedException {
    Workspace run = orphan();
    go();
    LocalRuns.await(() -> !TABLE.isAlive(supervisor(run)));
    Instant past = Instant.parse("1999-12-31T00:00:00Z");
    Files.setLastModifiedTime(run.exit(), FileTime.from(past));

    Inspection.Exited ended = (Inspection.Exited) standing(run);

    assertThat(ended.at()).isEqualTo(past);
    assertThat(ended.outcome().exitCode()).isEqualTo(7);
    Run run7 = LocalRuns.running(home, id(run)).finish(ended.outcome(), ended.at());
    assertThat(run7.completedAt()).isEqualTo(run7.startedAt());
  }

  @Test
  void a_damaged_run_that_lives_is_not_touched() throws IOException, InterruptedException {
    Workspace run = orphan();
    byte[] good = Files.readAllBytes(run.run());
    Files.writeString(run.run(), "{");

    assertThat(standing(run)).isInstanceOf(JournalEntry.Corrupt.class);
    assertThat(LocalRunExecutor.builder().build().isAlive(id(run), run.path())).isTrue();
    Files.write(run.run(), good);
  }

  @Test
  void what_was_never_started_has_no_output() {
    Run run = Runs.running();
    home.begin(run);

    assertThat(((Inspection.Lost) LocalRuns.found(home, run.id())).output()).isEqualTo(Output.NONE);
  }
}
