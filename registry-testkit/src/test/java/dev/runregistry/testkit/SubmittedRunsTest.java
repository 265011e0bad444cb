package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.IllegalRunTransitionException;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs of an engine that has a queue of its own: pending on record until it starts them. */
@Timeout(60)
class SubmittedRunsTest {
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("train"));
  private static final Instant SUBMITTED = Runs.NOON;
  private static final ExecutionHandle.Start START =
      new ExecutionHandle.Start(SUBMITTED.plus(Duration.ofHours(3)), Optional.of("cluster:7"));
  private static final Instant END = SUBMITTED.plus(Duration.ofHours(4));

  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final CountDownLatch handedOver = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          run -> {
            handedOver.countDown();
            end.await();
            return Runs.exited(0);
          });
  private final RunId id = Runs.id();
  private Instant now = SUBMITTED;
  private final RunRegistry registry =
      RunRegistry.builder()
          .repository(repository)
          .journal(journal)
          .executor(executor)
          .catalog(new InMemoryDatasetCatalog())
          .ids(Runs::id)
          .clock(() -> now)
          .build();

  private CompletableFuture<Run> submit() throws InterruptedException {
    executor.willQueue();
    CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> registry.submit(id, REQUEST));
    handedOver.await();
    return run;
  }

  private Run recorded() {
    return repository.find(id).orElseThrow();
  }

  /** The thread of the run may look for its start a moment later. */
  private void awaitRunning() {
    while (recorded().status() != RunStatus.RUNNING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_run_that_its_engine_queues_is_pending_on_record_until_the_engine_starts_it()
      throws InterruptedException {
    CompletableFuture<Run> submitted = submit();

    assertThat(recorded().status()).isEqualTo(RunStatus.PENDING);
    assertThat(recorded().executor()).isNull();
    assertThat(journal.read(id).orElseThrow()).isInstanceOf(JournalEntry.Submitted.class);

    executor.startByEngine(id, START);

    awaitRunning();
    Run running = recorded();
    assertThat(running.startedAt()).isEqualTo(START.at());
    assertThat(running.createdAt()).isEqualTo(SUBMITTED);
    assertThat(running.externalId()).isEqualTo("cluster:7");
    assertThat(journal.read(id)).contains(new JournalEntry.Begun(running));

    now = END;
    end.countDown();

    Run ended = submitted.join();
    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ended.duration()).contains(Duration.ofHours(1));
    assertThat(recorded()).isEqualTo(ended);
  }

  @Test
  void a_run_that_is_cancelled_while_its_engine_queues_it_never_was_running()
      throws InterruptedException {
    CompletableFuture<Run> submitted = submit();

    registry.cancel(id, "ann");

    Run ended = submitted.join();
    assertThat(ended.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(ended.executor()).isNull();
    assertThat(recorded()).isEqualTo(ended);
  }

  @Test
  void a_dry_run_does_not_wait_in_the_queue_of_an_engine() {
    executor.willQueue();

    assertThat(registry.submit(RunRequest.dryRun(new DatasetKey("m"), "none")).status().isFinal())
        .isTrue();
    assertThat(executor.executed()).isEmpty();
  }

  /** A run whose registry died after it had handed it to the engine. */
  private Run left() {
    executor.willQueue();
    Run pending = Run.pending(id, REQUEST.toSpec(id), SUBMITTED);
    journal.submit(pending, executor.name(), repository.identity());
    journal.unlock(id);
    return pending;
  }

  private ReconciledRun reconciled() {
    return registry.reconcile().findings().get(0);
  }

  @Test
  void a_run_that_waits_in_its_engine_when_its_registry_died_stays_pending_with_the_reason() {
    Run pending = left();
    executor.leave(id, new Inspection.Pending("Priority", false));

    assertThat(reconciled().message()).isEqualTo("Pending: Priority");
    assertThat(registry.pendingReason(id)).contains("Priority");
    assertThat(registry.pendingReason(Runs.id())).isEmpty();
    assertThat(registry.lastPendingReason(pending)).contains("Priority");
    assertThat(registry.lastPendingReason(Runs.ended(pending, Runs.notStarted()))).isEmpty();
    assertThat(recorded()).isEqualTo(pending);
    assertThat(reconciled().action()).isEqualTo(ReconciledRun.Action.SKIPPED);
  }

  @Test
  void a_run_that_its_engine_started_when_its_registry_was_dead_is_recorded_with_that_start() {
    left();
    executor.leave(id, new Inspection.Running(Optional.empty(), Optional.of(START)));

    reconciled();

    assertThat(recorded().status()).isEqualTo(RunStatus.RUNNING);
    assertThat(recorded().startedAt()).isEqualTo(START.at());
    assertThat(recorded().externalId()).isEqualTo("cluster:7");
    assertThat(journal.read(id)).contains(new JournalEntry.Begun(recorded()));
  }

  @Test
  void a_run_that_started_and_ended_when_its_registry_was_dead_is_recorded_with_both() {
    repository.save(left());
    executor.leave(id, new Inspection.Exited(Runs.exited(7), END, Optional.of(START)));

    reconciled();

    assertThat(recorded().status()).isEqualTo(RunStatus.FAILED);
    assertThat(recorded().exitCode()).isEqualTo(7);
    assertThat(recorded().startedAt()).isEqualTo(START.at());
    assertThat(recorded().completedAt()).isEqualTo(END);
    assertThat(recorded().executor()).isEqualTo(executor.name());
    assertThat(journal.isArchived(id)).isTrue();
  }

  @Test
  void a_run_that_its_engine_refused_when_its_registry_was_dead_never_was_running() {
    repository.save(left());
    NotStarted refused = new NotStarted(NotStarted.Cause.REFUSED, "no such partition");
    executor.leave(id, new Inspection.Exited(refused, END));

    reconciled();

    assertThat(recorded().reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(recorded().startedAt()).isEqualTo(SUBMITTED);
  }

  @Test
  void a_run_that_waits_longer_than_permitted_is_taken_out_of_the_queue() {
    repository.save(left());
    executor.leave(id, new Inspection.Pending("PartitionConfig", true));

    reconciled();

    assertThat(executor.terminated())
        .containsExactly(TerminationReason.PENDING_LIMIT, TerminationReason.ENDED);
    assertThat(recorded().reason()).isEqualTo(RunReason.NOT_STARTED);
  }

  @Test
  void a_waiting_run_is_cancelled_also_if_its_registry_died() {
    repository.save(left());
    executor.leave(id, new Inspection.Pending("Resources", false));
    registry.cancel(id, "ann");

    reconciled();

    assertThat(recorded().status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(recorded().message()).isEqualTo("Cancelled by ann");
  }

  @Test
  void a_run_that_was_lost_after_its_start_keeps_its_start() {
    repository.save(left());
    executor.leave(
        id, new Inspection.Lost("its job is gone", Output.NONE, false, Optional.of(START)));

    reconciled();

    assertThat(recorded().reason()).isEqualTo(RunReason.LOST);
    assertThat(recorded().externalId()).isEqualTo("cluster:7");
  }

  @Test
  void a_submitted_run_of_an_executor_that_is_not_configured_is_left_alone() {
    Run pending = Run.pending(id, REQUEST.toSpec(id), SUBMITTED);
    journal.submit(pending, "cloud", repository.identity());
    journal.unlock(id);
    repository.save(pending);

    assertThat(reconciled().message()).isEqualTo("Its executor is not configured here: cloud");
    assertThat(recorded()).isEqualTo(pending);
  }

  @Test
  void a_run_that_has_ended_is_not_named_any_more() {
    end.countDown();
    Run ended = registry.submit(REQUEST);

    assertThat(ended.externalId()).isNull();
    assertThatThrownBy(() -> ended.withExternalId("cluster:7"))
        .isInstanceOf(IllegalRunTransitionException.class);
  }
}
