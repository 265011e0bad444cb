package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Output;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class RunDispatcherTest {
  private static final RunRequest COMMAND = Samples.local();

  private final FakeHost host = new FakeHost();
  private final RunRegistry registry = host.builder().build();
  private final List<Run> listened = new CopyOnWriteArrayList<>();

  private RunDispatcher dispatcher(int slots, String... gpus) {
    return registry.dispatcher(new QueueLimits(slots, 10, List.of(gpus)), listened::add);
  }

  private RunId submit(int priority, int gpus) {
    return registry.enqueue(COMMAND, new QueueOptions(priority, gpus)).id();
  }

  private RunId submit() {
    return submit(0, 0);
  }

  /** Dispatches while each run ends at once. */
  private void dispatchAll(int slots, String... gpus) {
    host.executor.endsAtOnce = true;
    dispatcher(slots, gpus).dispatchUntilEmpty();
  }

  private RunStatus status(RunId id) {
    return registry.get(id).status();
  }

  @Test
  void waiting_runs_start_by_priority_and_then_by_age() {
    RunId first = submit();
    RunId second = submit();
    RunId low = submit(-5, 0);
    RunId high = submit(7, 0);

    dispatchAll(1);

    assertThat(host.executor.started()).containsExactly(high, first, second, low);
    Run ended = registry.get(first);
    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ended.startedAt()).isAfter(ended.createdAt());
    assertThat(host.journal.done).hasSize(4);
    assertThat(host.journal.locked).isEmpty();
    assertThat(host.queue.dispatching).isFalse();
  }

  @Test
  void the_listener_is_called_with_each_run_when_it_starts_and_when_it_has_ended() {
    RunId id = submit();

    dispatchAll(1);

    assertThat(listened).extracting(Run::id).containsExactly(id, id);
    assertThat(listened)
        .extracting(Run::status)
        .containsExactly(RunStatus.RUNNING, RunStatus.COMPLETED);
  }

  @Test
  void a_listener_that_fails_does_not_change_how_a_run_ends() {
    RunId id = submit();
    host.executor.endsAtOnce = true;

    registry
        .dispatcher(
            new QueueLimits(1, 10, List.of()),
            run -> {
              throw new IllegalStateException("a defect");
            })
        .dispatchUntilEmpty();

    assertThat(status(id)).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_run_that_outlives_its_dispatcher_is_shown_as_running_and_not_as_waiting() {
    RunId id = submit();
    host.leaveBegun(id); // its dispatcher is killed before it saves the start
    host.executor.alive.add(id);

    registry.reconcile();

    assertThat(status(id)).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void the_slot_of_a_run_that_has_ended_goes_to_the_next_one() throws InterruptedException {
    RunId first = submit();
    RunId second = submit();
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();

      assertThat(host.executor.nextStarted()).isEqualTo(first);
      assertThat(registry.queueStatus().slotsInUse()).isEqualTo(1);
      assertThat(registry.queueStatus().depth()).isEqualTo(1);
      FakeHost.await(() -> status(first) == RunStatus.RUNNING);
      assertThat(status(second)).isEqualTo(RunStatus.PENDING);
      host.executor.end(first);

      assertThat(host.executor.nextStarted()).isEqualTo(second);
      host.executor.end(second);
      FakeHost.await(() -> registry.queueStatus().slotsInUse() == 0);
    }
    assertThat(status(second)).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void two_runs_have_different_gpus_and_see_no_others() throws InterruptedException {
    RunId first = submit(0, 2);
    RunId second = submit(0, 1);
    try (RunDispatcher dispatcher = dispatcher(4, "a", "b", "c")) {
      dispatcher.start();
      host.executor.nextStarted();
      host.executor.nextStarted();

      assertThat(registry.queueStatus().gpusInUse()).isEqualTo(3);
      assertThat(devices(first)).isEqualTo("a,b");
      assertThat(devices(second)).isEqualTo("c");
      host.executor.end(first);
      host.executor.end(second);
      FakeHost.await(() -> registry.queueStatus().gpusInUse() == 0);
    }
  }

  private String devices(RunId id) {
    Map<String, String> environment = host.executor.invocations.get(id).environment();
    assertThat(environment.get("HIP_VISIBLE_DEVICES"))
        .isEqualTo(environment.get("CUDA_VISIBLE_DEVICES"));
    return environment.get("CUDA_VISIBLE_DEVICES");
  }

  @Test
  void a_run_that_waits_for_gpus_holds_up_the_runs_after_it() throws InterruptedException {
    RunId holder = submit(9, 1);
    RunId wantsTwo = submit(5, 2);
    RunId wantsNone = submit();
    try (RunDispatcher dispatcher = dispatcher(4, "a", "b")) {
      dispatcher.start();

      assertThat(host.executor.nextStarted()).isEqualTo(holder);
      assertThat(registry.queueStatus().depth()).isEqualTo(2);
      host.executor.end(holder);

      assertThat(List.of(host.executor.nextStarted(), host.executor.nextStarted()))
          .as("each on a thread of its own")
          .containsExactlyInAnyOrder(wantsTwo, wantsNone);
      host.executor.end(wantsTwo);
      host.executor.end(wantsNone);
    }
  }

  @Test
  void a_run_without_gpus_sees_none_where_the_queue_manages_them() {
    RunId id = submit();

    dispatchAll(1, "a");

    assertThat(devices(id)).isEmpty();
  }

  @Test
  void the_gpus_of_a_run_are_recorded_once() {
    Provenance here = new Provenance("h", null, "/", "1", null, null, Map.of());
    RunRegistry recording = host.builder().provenance(() -> here).build();
    RunId id = recording.enqueue(COMMAND, new QueueOptions(0, 2)).id();

    dispatchAll(recording, "4", "5");

    assertThat(recording.get(id).provenance().environment())
        .isEqualTo(Map.of("CUDA_VISIBLE_DEVICES", "4,5"));
  }

  private void dispatchAll(RunRegistry other, String... gpus) {
    host.executor.endsAtOnce = true;
    other.dispatcher(new QueueLimits(1, 10, List.of(gpus)), listened::add).dispatchUntilEmpty();
  }

  @Test
  void a_run_that_needs_more_gpus_than_there_are_fails_and_holds_up_no_other() {
    RunId tooMany = submit(0, 3);
    RunId next = submit();

    dispatchAll(1, "a", "b");

    Run refused = registry.get(tooMany);
    assertThat(refused.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(refused.message()).contains("3 GPUs").contains("queue.gpus");
    assertThat(host.executor.started()).containsExactly(next);
  }

  @Test
  void a_run_starts_where_it_was_submitted() {
    RunRegistry there =
        host.builder().submissionOrigin(made -> made.in("/there", Map.of("NOTE", "then"))).build();
    RunId id = there.enqueue(COMMAND, QueueOptions.DEFAULT).id();

    dispatchAll(1);

    Invocation started = host.executor.invocations.get(id);
    assertThat(started.workingDirectory()).isEqualTo("/there");
    assertThat(started.environment()).containsEntry("NOTE", "then");
    assertThat(started.inheritsEnvironment()).isFalse();
  }

  @Test
  void a_paused_queue_starts_nothing_until_it_is_resumed() throws InterruptedException {
    registry.pauseQueue();
    RunId id = submit();
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      assertThat(host.queue.pauseSeen.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(registry.queueStatus().paused()).isTrue();
      assertThat(registry.queueStatus().dispatching()).isTrue();
      assertThat(host.executor.started()).isEmpty();

      registry.resumeQueue();

      assertThat(host.executor.nextStarted()).isEqualTo(id);
      host.executor.end(id);
    }
  }

  @Test
  void a_dispatcher_beside_another_one_starts_nothing_until_it_is_the_only_one()
      throws InterruptedException {
    RunId id = submit();
    assertThat(host.queue.tryLock()).isTrue();
    dispatcher(1).dispatchUntilEmpty(); // returns at once
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      assertThat(host.queue.dispatcherRefused.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(host.executor.started()).isEmpty();

      host.queue.unlock();

      assertThat(host.executor.nextStarted()).isEqualTo(id);
      host.executor.end(id);
    }
  }

  @Test
  void a_dispatcher_that_was_stopped_starts_nothing_more_and_its_run_goes_on()
      throws InterruptedException {
    RunId running = submit();
    RunId waiting = submit();
    RunDispatcher dispatcher = dispatcher(1);
    dispatcher.start();
    assertThat(host.executor.nextStarted()).isEqualTo(running);

    dispatcher.close();
    FakeHost.await(() -> !registry.queueStatus().dispatching());
    host.executor.end(running);
    FakeHost.await(() -> status(running) == RunStatus.COMPLETED);
    dispatcher.dispatchUntilEmpty();

    assertThat(status(waiting)).isEqualTo(RunStatus.PENDING);
    assertThat(host.executor.started()).isEmpty();
  }

  @Test
  void an_interrupt_stops_a_dispatcher() {
    registry.pauseQueue();
    submit();
    Thread.currentThread().interrupt();

    dispatcher(1).dispatchUntilEmpty();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(host.queue.dispatching).isFalse();
  }

  @Test
  void a_queue_that_cannot_be_read_or_written_for_a_moment_is_kept() throws InterruptedException {
    host.queue.failingOnce.addAll(List.of("tryLock of the dispatcher", "waiting"));
    RunId id = submit();
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();

      assertThat(host.executor.nextStarted()).isEqualTo(id);
      host.executor.end(id);
    }
  }

  @Test
  void a_run_that_could_not_be_moved_gives_its_slot_back_and_starts_later() {
    host.queue.failingOnce.add("begin");
    RunId id = submit(0, 1);

    dispatchAll(1, "a");

    assertThat(host.executor.started()).containsExactly(id);
    assertThat(devices(id)).isEqualTo("a");
    assertThat(host.queue.held).isEmpty();
  }

  @Test
  void a_slot_that_could_not_be_given_back_is_given_back_later() {
    host.queue.failingOnce.add("release");
    submit();
    RunId next = submit();

    dispatchAll(1);

    assertThat(status(next)).isEqualTo(RunStatus.COMPLETED);
    assertThat(host.queue.held).isEmpty();
  }

  @Test
  void a_run_keeps_its_gpu_after_its_dispatcher_until_none_of_its_processes_lives()
      throws Exception {
    Run orphan = host.leaveRunning();
    host.queue.hold(new Allocation(orphan.id(), List.of("a")));
    RunId next = submit(0, 1);
    CompletableFuture<Void> dispatching =
        CompletableFuture.runAsync(() -> dispatchAll(2, "a", "b"));
    FakeHost.await(() -> host.journal.done.containsKey(next));
    assertThat(devices(next)).isEqualTo("b");
    assertThat(host.queue.held).containsKey(orphan.id());

    host.executor.alive.add(orphan.id());
    host.journal.end(orphan.finish(new Exited(0, Output.NONE), orphan.startedAt()));
    RunId waiting = submit(0, 2);
    assertThat(status(waiting)).isEqualTo(RunStatus.PENDING);
    host.executor.alive.clear();

    dispatching.get(1, TimeUnit.MINUTES);
    assertThat(devices(waiting)).isEqualTo("a,b");
    assertThat(host.queue.held).isEmpty();
  }

  @Test
  void an_allocation_that_cannot_be_read_costs_its_own_slot_and_the_gpus_that_its_run_has_recorded()
      throws Exception {
    Run orphan = host.leaveRunning(Map.of("CUDA_VISIBLE_DEVICES", "b"));
    host.queue.hold(new Allocation(orphan.id(), List.of("b")));
    host.queue.unreadable.add(orphan.id());
    RunId first = submit(0, 1);
    RunId second = submit(0, 2);
    RunId third = submit();
    try (RunDispatcher dispatcher = dispatcher(3, "a", "b", "c")) {
      dispatcher.start();
      assertThat(host.executor.nextStarted()).isEqualTo(first);
      assertThat(devices(first)).isEqualTo("a");
      assertThat(registry.queueStatus().slotsInUse()).isEqualTo(2);
      assertThat(status(second)).isEqualTo(RunStatus.PENDING);

      assertThat(host.executor.started()).isEmpty();

      host.executor.end(first);
      assertThat(List.of(host.executor.nextStarted(), host.executor.nextStarted()))
          .as("each on a thread of its own")
          .containsExactlyInAnyOrder(second, third);
      assertThat(devices(second)).isEqualTo("a,c");
      host.executor.end(second);
      host.executor.end(third);
    }
  }

  @Test
  void a_run_whose_allocation_cannot_be_read_has_all_gpus_unless_it_has_recorded_them()
      throws Exception {
    Run orphan = host.leaveRunning();
    host.queue.hold(new Allocation(orphan.id(), List.of("b")));
    host.queue.unreadable.add(orphan.id());
    RunId withoutGpu = submit();
    RunId withGpu = submit(-1, 1);
    try (RunDispatcher dispatcher = dispatcher(3, "a", "b")) {
      dispatcher.start();
      assertThat(host.executor.nextStarted()).isEqualTo(withoutGpu);
      host.executor.end(withoutGpu);
      FakeHost.await(() -> status(withoutGpu) == RunStatus.COMPLETED);
      assertThat(status(withGpu)).isEqualTo(RunStatus.PENDING);

      host.queue.unreadable.clear(); // repaired by hand

      assertThat(host.executor.nextStarted()).isEqualTo(withGpu);
      assertThat(devices(withGpu)).isEqualTo("a");
      host.executor.end(withGpu);
    }
  }

  @Test
  void a_waiting_run_that_cannot_be_read_is_passed_over_until_it_can_be() throws Exception {
    RunId first = submit(9, 0);
    RunId second = submit();
    host.queue.unreadable.add(first);
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      assertThat(host.executor.nextStarted()).isEqualTo(second);

      host.queue.unreadable.clear();
      host.executor.end(second);

      assertThat(host.executor.nextStarted()).isEqualTo(first);
      host.executor.end(first);
    }
  }

  @Test
  void a_run_that_is_being_submitted_is_passed_over() throws InterruptedException {
    RunId locked = submit(9, 0);
    host.journal.locked.add(locked);
    RunId next = submit();
    try (RunDispatcher dispatcher = dispatcher(1)) {
      dispatcher.start();
      assertThat(host.executor.nextStarted()).isEqualTo(next);

      host.journal.unlock(locked);
      host.executor.end(next);

      assertThat(host.executor.nextStarted()).isEqualTo(locked);
      host.executor.end(locked);
    }
  }

  @Test
  void a_run_whose_key_is_not_on_record_is_ended_without_a_start() {
    RunId command = host.leaveWaiting(COMMAND, true);
    RunId dryRun = host.leaveWaiting(Samples.dryRun(), true);

    dispatchAll(1);

    assertThat(host.executor.started()).isEmpty();
    assertThat(registry.get(command).reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(registry.get(dryRun).status()).isEqualTo(RunStatus.FAILED);
    assertThat(registry.get(command).message()).contains("idempotency key");
  }

  @Test
  void a_waiting_run_whose_host_was_retired_meanwhile_does_not_start() {
    RunId id = submit();
    Run lost =
        registry.get(id).finish(new Lost("Lost: the host was retired", Output.NONE), Samples.NOON);
    host.database.save(lost);
    host.passMinute();

    dispatchAll(1);

    assertThat(host.executor.started()).isEmpty();
    assertThat(registry.get(id)).isEqualTo(lost);
    assertThat(host.journal.done).containsKey(id);
    assertThat(host.journal.locked).isEmpty();
    assertThat(registry.queueStatus().depth()).isZero();
  }

  @Test
  void a_run_that_waited_long_starts_while_the_database_is_away() {
    RunId id = submit();
    host.passMinute();
    host.database.away = true;

    dispatchAll(1);

    assertThat(host.executor.started()).containsExactly(id);
  }

  @Test
  void a_run_whose_key_is_on_record_starts() {
    RunId id = host.leaveWaiting(COMMAND, true);
    host.database.save(host.queue.read(id).orElseThrow().run());

    dispatchAll(1);

    assertThat(status(id)).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void while_the_database_is_away_a_run_with_a_key_waits_and_holds_up_no_other()
      throws InterruptedException {
    RunId keyed = host.leaveWaiting(COMMAND, true);
    host.database.save(host.queue.read(keyed).orElseThrow().run());
    host.database.away = true;
    RunId other = submit();
    try (RunDispatcher dispatcher = dispatcher(2)) {
      dispatcher.start();

      assertThat(host.executor.nextStarted()).isEqualTo(other);
      host.executor.end(other);
      FakeHost.await(() -> host.queue.held.isEmpty());
      assertThat(host.queue.waiting).containsOnlyKeys(keyed);
    }
    FakeHost.await(() -> !registry.queueStatus().dispatching());
    host.database.away = false;

    dispatchAll(1);

    assertThat(status(keyed)).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_run_that_starts_and_ends_while_the_database_is_away_is_recorded_later() {
    host.database.away = true;
    RunId id = registry.enqueue(COMMAND, QueueOptions.DEFAULT).id();

    dispatchAll(1);
    assertThat(registry.findJournaled(id).map(Run::status)).contains(RunStatus.COMPLETED);
    assertThat(registry.pendingEndings()).isEqualTo(1);
    host.database.away = false;
    registry.reconcile();

    assertThat(status(id)).isEqualTo(RunStatus.COMPLETED);
    assertThat(registry.pendingEndings()).isZero();
  }

  @Test
  void an_ending_that_cannot_be_journaled_or_saved_keeps_the_run_locked_until_it_is_saved() {
    RunId id = submit();
    host.journal.failing.add("end");
    host.database.away = true;
    host.executor.endsAtOnce = true;
    RunDispatcher dispatcher = dispatcher(1);
    dispatcher.start();
    FakeHost.await(() -> listened.size() == 2);
    dispatcher.close();
    assertThat(host.journal.locked).contains(id);
    assertThat(host.queue.held).as("it may not be judged").containsKey(id);

    host.journal.failing.clear();
    host.database.away = false;
    registry.reconcile();

    assertThat(status(id)).isEqualTo(RunStatus.COMPLETED);
    assertThat(host.journal.locked).doesNotContain(id);
  }

  @Test
  void a_run_of_which_nothing_was_started_goes_back_to_the_queue() {
    RunId id = submit();
    Run pending = host.queue.tryLock(id).orElseThrow().run();
    host.queue.begin(pending.start("process", Samples.NOON.plusSeconds(60)), database());
    host.journal.unlock(id); // as if its dispatcher had been killed here

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::message)
        .containsExactly("Waiting in the queue again; it was not started");
    dispatchAll(1);

    assertThat(status(id)).isEqualTo(RunStatus.COMPLETED);
  }

  private DatabaseIdentity database() {
    return host.database.identity();
  }

  @Test
  void runs_of_another_database_are_left_in_the_queue() {
    RunId id = submit();
    host.queue.bind(id, new DatabaseIdentity("jdbc:sqlite:/other.db", Optional.empty()));

    dispatchAll(1);

    assertThat(host.executor.started()).isEmpty();
    assertThat(host.queue.waiting).containsKey(id);
  }
}
