package dev.runregistry.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.FileRunQueue;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.RunDispatcher;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDispatcherTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;
  private final InMemoryRunRepository database = new InMemoryRunRepository();
  private FileRunJournal home;
  private RunRegistry registry;
  private Path log;

  @BeforeEach
  void makeHome() throws IOException {
    home = FileRunJournal.at(folder.resolve("home"));
    registry = DispatcherMain.registry(home, database);
    log = Files.createFile(folder.resolve("log"));
  }

  private RunId submit(QueueOptions options, String script) {
    return registry
        .enqueue(RunRequest.command(DatasetKey.NONE, "none", List.of("sh", "-c", script)), options)
        .id();
  }

  private RunId submit(String script) {
    return submit(QueueOptions.DEFAULT, script);
  }

  private String append(String word) {
    return "echo %s >> %s".formatted(word, log);
  }

  private RunDispatcher dispatcher(int slots, String... gpus) {
    return registry.dispatcher(new QueueLimits(slots, 1_000, List.of(gpus)), run -> {});
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(log);
  }

  private static void await(BooleanSupplier condition) {
    Instant giveUp = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(giveUp);
      Thread.onSpinWait();
    }
  }

  @Test
  void waiting_runs_start_by_priority_and_then_by_age() throws IOException {
    RunId first = submit(append("first"));
    submit(append("second"));
    submit(new QueueOptions(-5, 0), append("low"));
    submit(new QueueOptions(7, 0), append("high"));
    assertThat(registry.get(first).status()).isEqualTo(RunStatus.PENDING);

    dispatcher(1).dispatchUntilEmpty();

    assertThat(lines()).containsExactly("high", "first", "second", "low");
    Run ended = registry.get(first);
    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ended.startedAt()).isAfter(ended.createdAt());
    assertThat(home.archived()).hasSize(4);
  }

  @Test
  void no_more_runs_run_at_once_than_there_are_slots() throws IOException {
    for (int i = 0; i < 6; i++) {
      submit(append("+") + "; sleep 0.2; " + append("-"));
    }

    dispatcher(2).dispatchUntilEmpty();

    int running = 0;
    int most = 0;
    for (String line : lines()) {
      running += line.equals("+") ? 1 : -1;
      most = Math.max(most, running);
    }
    assertThat(lines()).hasSize(12);
    assertThat(most).isEqualTo(2);
  }

  /** Fails if another run has one of its devices. */
  private String usingDevices() {
    return "n=0; for d in $(echo $CUDA_VISIBLE_DEVICES | tr , ' '); do n=$((n + 1));"
        + " case $n in 1) exec 8>%s/$d; flock -n 8 || exit 9;; 2) exec 7>%s/$d; flock -n 7 || exit 9;;"
            .formatted(folder, folder)
        + " esac; done; sleep 0.1; echo $n";
  }

  @Test
  void no_two_runs_have_the_same_gpu() {
    List<RunId> ids = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      ids.add(submit(new QueueOptions(0, 1 + i % 2), usingDevices()));
    }

    dispatcher(8, "gpu0", "gpu1", "gpu2").dispatchUntilEmpty();

    for (int i = 0; i < ids.size(); i++) {
      Run run = registry.get(ids.get(i));
      assertThat(run.status()).as(run.message()).isEqualTo(RunStatus.COMPLETED);
      assertThat(run.output().stdout().text()).isEqualTo((1 + i % 2) + "\n");
    }
    assertThat(registry.queueStatus().gpusInUse()).isZero();
  }

  @Test
  void a_run_without_gpus_sees_none_where_the_queue_manages_them() {
    RunId id = submit("echo \"[$CUDA_VISIBLE_DEVICES][$HIP_VISIBLE_DEVICES]\"");

    dispatcher(1, "0", "1").dispatchUntilEmpty();

    assertThat(registry.get(id).output().stdout().text()).isEqualTo("[][]\n");
  }

  @Test
  void the_gpus_of_a_run_are_recorded() {
    registry =
        RunRegistry.builder()
            .repository(database)
            .journal(home)
            .queue(FileRunQueue.of(home), FileQueueControl.of(home), 10)
            .executor(LocalRunExecutor.builder().build())
            .catalog(new dev.runregistry.testkit.InMemoryDatasetCatalog())
            .ids(new dev.runregistry.journal.UuidV7RunIds())
            .provenance(() -> new Provenance("h", null, "/", "1", null, null, Map.of()))
            .build();
    RunId id = submit(new QueueOptions(0, 2), "true");

    dispatcher(1, "4", "5").dispatchUntilEmpty();

    assertThat(registry.get(id).provenance().environment())
        .isEqualTo(Map.of("CUDA_VISIBLE_DEVICES", "4,5"));
  }

  @Test
  void a_run_that_needs_more_gpus_than_there_are_fails_and_holds_up_no_other() {
    RunId tooMany = submit(new QueueOptions(0, 3), "true");
    RunId next = submit("true");

    dispatcher(1, "0", "1").dispatchUntilEmpty();

    Run refused = registry.get(tooMany);
    assertThat(refused.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(refused.message()).contains("3 GPUs").contains("queue.gpus");
    assertThat(registry.get(next).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_run_starts_where_it_was_submitted_and_with_the_variables_of_then() throws IOException {
    Path there = Files.createDirectory(folder.resolve("there")).toRealPath();
    RunId id = new RunId(java.util.UUID.randomUUID());
    RunRequest request = RunRequest.command(DatasetKey.NONE, "none", List.of("env"));
    QueuedRun queued =
        new QueuedRun(
            Run.pending(id, request.toSpec(id), Instant.now()),
            Invocation.of(List.of("sh", "-c", "pwd; env"))
                .in(there.toString(), Map.of("PATH", "/usr/bin:/bin", "NOTE", "then")),
            false,
            QueueOptions.DEFAULT,
            DatabaseIdentity.UNKNOWN,
            false);
    FileRunQueue.of(home).enqueue(queued, 10);
    home.unlock(id);

    dispatcher(1).dispatchUntilEmpty();

    assertThat(registry.get(id).output().stdout().text().lines())
        .contains(there.toString(), "NOTE=then", "PATH=/usr/bin:/bin")
        .noneMatch(line -> line.startsWith("HOME="));
  }

  @Test
  void a_cancelled_run_never_starts() throws IOException {
    RunId id = submit(append("started"));

    assertThat(registry.cancel(id, "ann").kind()).isEqualTo(CancelResult.Kind.REQUESTED);
    Run ended = registry.get(id);

    dispatcher(1).dispatchUntilEmpty();
    assertThat(ended.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(registry.get(id)).isEqualTo(ended);
    assertThat(lines()).isEmpty();
    assertThat(home.archived()).containsExactly(id);
  }

  @Test
  void a_paused_queue_starts_nothing_until_it_is_resumed() throws IOException {
    registry.pauseQueue();
    RunId id = submit(append("started"));
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      await(() -> registry.queueStatus().dispatching());
      assertThat(registry.queueStatus().paused()).isTrue();
      assertThat(lines()).isEmpty();

      registry.resumeQueue();

      await(() -> registry.get(id).status() == RunStatus.COMPLETED);
    }
  }

  @Test
  void one_dispatcher_starts_the_runs_of_a_home() {
    RunId id = submit("sleep 0.5");
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      await(() -> registry.queueStatus().dispatching());

      DispatcherMain.registry(home, database)
          .dispatcher(new QueueLimits(1, 10, List.of()), run -> {})
          .dispatchUntilEmpty(); // returns at once

      await(() -> registry.get(id).status() == RunStatus.COMPLETED);
    }
  }

  @Test
  void a_run_of_which_nothing_was_started_goes_back_to_the_queue() throws IOException {
    RunId id = submit(append("started"));
    FileRunQueue queue = FileRunQueue.of(home);
    QueuedRun queued = queue.tryLock(id).orElseThrow();
    queue.begin(queued.run().start(Runs.EXECUTOR, Instant.now()), queued.database());
    home.unlock(id); // as if its dispatcher had been killed here
    assertThat(home.active()).containsExactly(id);

    registry.reconcile();

    assertThat(home.active()).isEmpty();
    dispatcher(1).dispatchUntilEmpty();
    assertThat(lines()).containsExactly("started");
    assertThat(registry.get(id).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_run_whose_dispatcher_was_killed_before_its_supervisor_began_starts_again()
      throws IOException {
    RunId id = submit(append("started"));
    FileRunQueue queue = FileRunQueue.of(home);
    QueuedRun queued = queue.tryLock(id).orElseThrow();
    queue.begin(queued.run().start(Runs.EXECUTOR, Instant.now()), queued.database());
    Path processes = home.workspace(id).orElseThrow().resolve("processes");
    Files.writeString(processes, "protocol 2\ngrace 5000\nattempt 1\n");
    home.unlock(id); // as if its dispatcher had been killed here

    registry.reconcile();

    assertThat(registry.get(id).status()).isEqualTo(RunStatus.PENDING);
    dispatcher(1).dispatchUntilEmpty();
    assertThat(lines()).containsExactly("started");
    assertThat(registry.get(id).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_run_whose_key_is_not_on_record_is_ended_without_a_start() throws IOException {
    RunId id = new RunId(java.util.UUID.randomUUID());
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of("sh", "-c", append("started")));
    FileRunQueue.of(home)
        .enqueue(
            new QueuedRun(
                Run.pending(id, request.toSpec(id), Instant.now()),
                request.toInvocation(),
                false,
                QueueOptions.DEFAULT,
                database.identity().withoutUuid(),
                true),
            10);
    home.unlock(id); // as if the process had been killed before it saved the key

    dispatcher(1).dispatchUntilEmpty();

    assertThat(lines()).isEmpty();
    assertThat(registry.get(id).reason()).isEqualTo(RunReason.NOT_STARTED);
  }

  @Test
  void no_run_starts_twice_or_is_skipped_when_dispatchers_are_killed()
      throws IOException, InterruptedException {
    List<RunId> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(
          submit(
              new QueueOptions(0, 1),
              "exec 8>%s/$CUDA_VISIBLE_DEVICES; flock -n 8 || exit 9; echo $RUN_REGISTRY_RUN_ID >> %s; sleep 0.3"
                  .formatted(folder, log)));
    }
    for (int started = 1; started <= 5; started += 2) {
      int enough = started;
      Process dispatcher = DispatcherMain.process(home.folder(), 4, "gpu0,gpu1").start();
      await(() -> read().size() >= enough);
      dispatcher.destroyForcibly();
      assertThat(dispatcher.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    ScheduledExecutorService recovery = Executors.newSingleThreadScheduledExecutor();
    Future<?> recovering =
        recovery.scheduleWithFixedDelay(registry::reconcile, 0, 100, TimeUnit.MILLISECONDS);
    try {
      dispatcher(4, "gpu0", "gpu1").dispatchUntilEmpty();
      await(() -> ids.stream().allMatch(id -> registry.get(id).status().isFinal()));
    } finally {
      recovering.cancel(false);
      recovery.shutdownNow();
    }

    assertThat(lines()).doesNotHaveDuplicates();
    assertThat(new HashSet<>(lines()))
        .isEqualTo(new HashSet<>(ids.stream().map(RunId::toString).toList()));
    assertThat(ids).allSatisfy(id -> assertThat(registry.get(id).exitCode()).isEqualTo(0));
  }

  private List<String> read() {
    try {
      return lines();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
