package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that are submitted for an executor with a queue of its own. */
@Timeout(300)
class EngineRunsTest {
  private static final RunRequest COMMAND = Samples.local();
  private static final QueueOptions ON_SLURM = QueueOptions.DEFAULT.withExecutor("slurm");
  private static final Instant START = Samples.NOON.plus(Duration.ofHours(1));

  private final FakeHost host = new FakeHost();
  private final FakeExecutor slurm = new FakeExecutor("slurm", true);
  private final RunRegistry registry = host.builder().executor(slurm).build();
  private final List<Run> listened = new CopyOnWriteArrayList<>();
  private final RunDispatcher dispatcher =
      registry.dispatcher(new QueueLimits(1, 10, List.of()), listened::add);

  private RunId submitted() throws InterruptedException {
    RunId id = registry.enqueue(COMMAND, ON_SLURM).id();
    dispatcher.start();
    assertThat(slurm.nextStarted()).isEqualTo(id);
    return id;
  }

  private Run recorded(RunId id) {
    return host.database.find(id).orElseThrow();
  }

  private void awaitStatus(RunId id, RunStatus status) {
    FakeHost.await(() -> recorded(id).status() == status);
  }

  @Test
  void a_run_is_pending_until_its_engine_starts_it_and_recorded_with_that_start()
      throws InterruptedException {
    RunId id = submitted();
    assertThat(recorded(id).status()).isEqualTo(RunStatus.PENDING);

    slurm.startByEngine(id, new ExecutionHandle.Start(START, Optional.of("cluster:7")));
    awaitStatus(id, RunStatus.RUNNING);
    assertThat(recorded(id).startedAt()).isEqualTo(START);
    assertThat(recorded(id).executor()).isEqualTo("slurm");

    slurm.end(id);
    awaitStatus(id, RunStatus.COMPLETED);
    assertThat(recorded(id).externalId()).isEqualTo("cluster:7");
    FakeHost.await(() -> !host.journal.locked.contains(id) && host.journal.done.containsKey(id));
    FakeHost.await(() -> listened.size() == 2);
    assertThat(listened)
        .extracting(Run::status)
        .containsExactly(RunStatus.RUNNING, RunStatus.COMPLETED);
    dispatcher.close();
  }

  @Test
  void neither_a_full_host_nor_a_paused_queue_holds_back_the_runs_of_an_engine()
      throws InterruptedException {
    RunId here = registry.enqueue(COMMAND, new QueueOptions(100, 0)).id();
    RunId waiting = registry.enqueue(COMMAND, new QueueOptions(50, 0)).id();
    RunId one = registry.enqueue(COMMAND, ON_SLURM).id();
    RunId other = registry.enqueue(COMMAND, ON_SLURM).id();
    dispatcher.start();
    assertThat(host.executor.nextStarted()).isEqualTo(here);

    assertThat(List.of(slurm.nextStarted(), slurm.nextStarted()))
        .containsExactlyInAnyOrder(one, other);
    registry.pauseQueue();
    RunId third = registry.enqueue(COMMAND, ON_SLURM).id();
    assertThat(slurm.nextStarted()).isEqualTo(third);

    assertThat(recorded(waiting).status()).isEqualTo(RunStatus.PENDING);
    assertThat(host.executor.started()).isEmpty();
    dispatcher.close();
  }

  @Test
  void a_run_that_is_cancelled_in_the_queue_of_its_engine_never_ran() throws InterruptedException {
    RunId id = submitted();

    registry.cancel(id, "ann");

    awaitStatus(id, RunStatus.CANCELLED);
    assertThat(recorded(id).executor()).isNull();
    dispatcher.close();
  }

  @Test
  void the_dispatcher_of_an_otherwise_empty_queue_stays_until_the_runs_of_engines_have_ended() {
    slurm.endsAtOnce = true;
    RunId id = registry.enqueue(COMMAND, ON_SLURM).id();

    dispatcher.dispatchUntilEmpty();

    assertThat(recorded(id).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(host.journal.locked).isEmpty();
    assertThat(host.queue.dispatching).isFalse();
  }

  @Test
  void runs_go_to_the_engine_that_is_the_default_executor_and_dry_runs_do_not() {
    RunRegistry engineFirst = host.builderWith(slurm, host.executor).build();

    RunId id = engineFirst.enqueue(COMMAND, QueueOptions.DEFAULT).id();
    RunId dry = engineFirst.enqueue(Samples.dryRun(), QueueOptions.DEFAULT).id();

    assertThat(host.queue.waiting.get(id).options().executor()).isEqualTo("slurm");
    assertThat(host.queue.waiting.get(dry).options().executor()).isNull();
  }

  @Test
  void a_run_whose_dispatcher_died_is_finished_by_recovery_and_not_submitted_again()
      throws InterruptedException {
    RunId id = submitted();
    dispatcher.close();
    host.journal.unlock(id); // it is dead
    slurm.found.put(id, new Inspection.Pending("Priority", false));

    assertThat(registry.reconcile().findings())
        .singleElement()
        .satisfies(found -> assertThat(found.message()).isEqualTo("Pending: Priority"));
    slurm.found.put(
        id,
        new Inspection.Exited(
            new Exited(3, Output.NONE),
            START.plusSeconds(9),
            Optional.of(new ExecutionHandle.Start(START, Optional.empty()))));
    registry.reconcile();

    assertThat(recorded(id).exitCode()).isEqualTo(3);
    assertThat(recorded(id).startedAt()).isEqualTo(START);
    assertThat(slurm.started()).isEmpty();
  }
}
