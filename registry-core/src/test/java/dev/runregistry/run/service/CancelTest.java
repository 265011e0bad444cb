package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Output;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.service.CancelResult.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class CancelTest {
  private static final RunRequest COMMAND = Samples.local();
  private static final CancelRequest BY_ANN = new CancelRequest("ann", Samples.NOON);

  private final FakeHost host = new FakeHost();
  private final RunRegistry registry = host.builder().build();

  private Run enqueue() {
    return registry.enqueue(COMMAND, QueueOptions.DEFAULT);
  }

  /** Submits a run on another thread, and returns once it has started. */
  private CompletableFuture<Run> submitted(RunId id) throws InterruptedException {
    CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> registry.submit(id, COMMAND));
    assertThat(host.executor.nextStarted()).isEqualTo(id);
    return run;
  }

  private static void assertCancelled(Run run) {
    assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(run.reason()).isEqualTo(RunReason.CANCELLED);
    assertThat(run.message()).isEqualTo("Cancelled by ann");
    assertThat(run.exitCode()).isNull();
  }

  @Test
  void a_waiting_run_has_ended_when_it_was_cancelled() {
    RunId id = enqueue().id();

    assertThat(registry.cancel(id, "ann")).isEqualTo(CancelResult.REQUESTED);

    assertCancelled(registry.get(id));
    assertThat(host.queue.waiting).isEmpty();
    assertThat(host.journal.done).containsOnlyKeys(id);
    assertThat(host.journal.locked).isEmpty();
    assertThat(registry.cancel(id, "bob"))
        .isEqualTo(CancelResult.alreadyFinal(RunStatus.CANCELLED));
  }

  @Test
  void a_run_that_is_being_submitted_is_cancelled_a_moment_later() throws Exception {
    RunId id = enqueue().id();
    host.journal.locked.add(id);
    CompletableFuture<CancelResult> result =
        CompletableFuture.supplyAsync(() -> registry.cancel(id, "ann"));
    assertThat(host.queue.lockRefused.await(1, TimeUnit.MINUTES)).isTrue();

    host.journal.unlock(id);

    assertThat(result.get(1, TimeUnit.MINUTES).isRequested()).isTrue();
    assertCancelled(registry.get(id));
  }

  @Test
  void a_queued_run_that_was_cancelled_after_its_dispatcher_died_does_not_start() {
    RunId id = enqueue().id();
    Run pending = host.queue.tryLock(id).orElseThrow().run();
    host.queue.begin(
        pending.start("process", Samples.NOON.plusSeconds(60)), host.database.identity());
    host.journal.unlock(id); // as if its dispatcher had been killed here

    assertThat(registry.cancel(id, "ann")).isEqualTo(CancelResult.REQUESTED);
    registry.reconcile();

    assertCancelled(registry.get(id));
    assertThat(host.queue.waiting).isEmpty();
    assertThat(host.journal.done).containsOnlyKeys(id);
  }

  @Test
  void a_waiting_run_that_is_cancelled_on_another_host_does_not_start() {
    RunId id = enqueue().id();
    host.database.add(id, BY_ANN);

    registry.reconcile();

    assertCancelled(registry.get(id));
    assertThat(host.queue.waiting).isEmpty();
    assertThat(host.journal.locked).isEmpty();
  }

  @Test
  void a_waiting_run_that_is_cancelled_on_another_host_and_cannot_be_ended_now_ends_later() {
    RunId id = enqueue().id();
    host.database.add(id, BY_ANN);
    host.queue.failingOnce.add("end");

    registry.reconcile();
    assertThat(registry.get(id).status()).isEqualTo(RunStatus.PENDING);
    registry.reconcile();

    assertCancelled(registry.get(id));
  }

  @Test
  void a_waiting_run_that_cannot_be_ended_now_still_waits() {
    RunId id = enqueue().id();
    host.queue.failingOnce.add("end");

    assertThatThrownBy(() -> registry.cancel(id, "ann")).isInstanceOf(JournalException.class);

    assertThat(registry.get(id).status()).isEqualTo(RunStatus.PENDING);
    assertThat(host.journal.locked).isEmpty();
    assertThat(registry.cancel(id, "ann").isRequested()).isTrue();
  }

  @Test
  void a_waiting_run_is_cancelled_while_the_database_is_away_and_recorded_later() {
    RunId id = enqueue().id();
    host.database.away = true;

    assertThat(registry.cancel(id, "ann").isRequested()).isTrue();
    assertThat(registry.cancel(id, "bob").status()).isEqualTo(RunStatus.CANCELLED);
    host.database.away = false;
    registry.reconcile();

    assertCancelled(registry.get(id));
  }

  @Test
  void a_running_run_is_terminated_and_recorded_as_cancelled() throws Exception {
    RunId id = registry.newId();
    CompletableFuture<Run> run = submitted(id);
    assertThat(registry.isCancelRequested(id)).isFalse();

    assertThat(registry.cancel(id, "ann")).isEqualTo(CancelResult.REQUESTED);

    assertCancelled(run.get(1, TimeUnit.MINUTES));
    assertCancelled(registry.get(id));
  }

  @Test
  void a_running_run_is_cancelled_by_another_process_of_its_host() throws Exception {
    RunId id = registry.newId();
    CompletableFuture<Run> run = submitted(id);

    assertThat(host.builder().build().cancel(id, "ann")).isEqualTo(CancelResult.REQUESTED);

    assertCancelled(run.get(1, TimeUnit.MINUTES));
  }

  @Test
  void a_running_run_is_cancelled_by_a_request_in_the_database_that_is_journaled_here()
      throws Exception {
    RunId id = registry.newId();
    CompletableFuture<Run> run = submitted(id);

    host.database.add(id, BY_ANN);

    assertCancelled(run.get(1, TimeUnit.MINUTES));
    assertThat(host.journal.requests).containsEntry(id, BY_ANN);
  }

  @Test
  void a_request_in_the_database_that_cannot_be_journaled_cancels_the_run() throws Exception {
    host.journal.failing.addAll(List.of("requestCancel", "cancelRequest"));
    RunId id = registry.newId();
    CompletableFuture<Run> run = submitted(id);

    host.database.add(id, BY_ANN);

    assertCancelled(run.get(1, TimeUnit.MINUTES));
  }

  @Test
  void a_second_request_for_a_run_of_another_process_changes_nothing() {
    Run running = host.leaveRunning();

    assertThat(registry.cancel(running.id(), "ann")).isEqualTo(CancelResult.REQUESTED);
    assertThat(registry.cancel(running.id(), "bob")).isEqualTo(CancelResult.REQUESTED_BEFORE);

    assertThat(host.journal.requests.get(running.id()).user()).isEqualTo("ann");
    assertThat(registry.isCancelRequested(running.id())).isTrue();
    host.journal.failing.add("cancelRequest");
    assertThat(registry.isCancelRequested(running.id())).as("unknown now").isFalse();
  }

  @Test
  void a_request_that_cannot_be_written_is_an_error() {
    Run running = host.leaveRunning();
    host.journal.failing.add("requestCancel");

    assertThatThrownBy(() -> registry.cancel(running.id(), "ann"))
        .isInstanceOf(JournalException.class);
  }

  @Test
  void a_run_that_has_ended_stays_as_it_ended() {
    Run running = host.leaveRunning();
    Run ended = running.finish(new Exited(3, Output.NONE), Samples.NOON.plusSeconds(60));
    host.journal.end(ended);
    CancelResult failed = CancelResult.alreadyFinal(RunStatus.FAILED);
    assertThat(registry.cancel(ended.id(), "ann")).isEqualTo(failed);

    host.journal.archive(ended.id());
    assertThat(registry.cancel(ended.id(), "ann")).isEqualTo(failed);
    host.journal.done.clear();
    host.database.save(ended);
    assertThat(registry.cancel(ended.id(), "ann")).as("on another host").isEqualTo(failed);
    assertThat(host.journal.requests).isEmpty();
    assertThat(host.database.requests).isEmpty();
  }

  @Test
  void a_request_for_a_run_of_another_host_is_stored_in_the_database() {
    Run running = Samples.runningLocal();
    host.database.save(running);

    assertThat(registry.cancel(running.id(), "ann")).isEqualTo(CancelResult.REQUESTED);
    assertThat(registry.cancel(running.id(), "bob")).isEqualTo(CancelResult.REQUESTED_BEFORE);

    assertThat(host.database.requests.get(running.id()).user()).isEqualTo("ann");
  }

  @Test
  void without_requests_in_the_database_a_run_of_another_host_is_out_of_reach() {
    RunRegistry without =
        RunRegistry.builder()
            .repository(host.database)
            .journal(host.journal)
            .executor(host.executor)
            .catalog(host)
            .ids(host::nextId)
            .build();
    Run running = Samples.runningLocal();
    host.database.save(running);
    assertThat(without.cancel(running.id(), "ann"))
        .isEqualTo(CancelResult.outOfReach(Optional.empty()));
    host.database.save(
        running.withProvenance(new Provenance("node7", null, "/", "1", null, null, Map.of())));

    assertThat(without.cancel(running.id(), "ann").host()).isEqualTo("node7");
  }

  @Test
  void there_is_nothing_to_cancel_without_a_run_or_without_the_name_of_the_requester() {
    assertThat(registry.cancel(registry.newId(), "ann")).isEqualTo(CancelResult.UNKNOWN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.cancel(registry.newId(), ""))
        .withMessageContaining("user");
  }

  @Test
  void the_first_request_is_passed_to_what_the_run_does_now_or_later() {
    List<String> passed = new ArrayList<>();
    Cancellation early = new Cancellation(Samples.ID);
    early.request(BY_ANN);
    early.request(new CancelRequest("bob", Samples.NOON));
    early.onRequest(request -> passed.add("early " + request.user()));
    Cancellation late = new Cancellation(Samples.ID);
    late.onRequest(request -> passed.add("late " + request.user()));
    late.request(BY_ANN);

    assertThat(passed).containsExactly("early ann", "late ann");
    assertThat(early.request()).contains(BY_ANN);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_result_has_a_final_status_exactly_if_the_run_has_ended(Kind kind) {
    boolean hasEnded = kind == Kind.ALREADY_FINAL;

    CancelResult result = new CancelResult(kind, hasEnded ? RunStatus.FAILED : null, null);

    assertThat(result.isRequested())
        .isEqualTo(kind == Kind.REQUESTED || kind == Kind.REQUESTED_BEFORE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CancelResult(kind, hasEnded ? null : RunStatus.FAILED, null))
        .withMessageContaining(kind.name());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CancelResult(Kind.ALREADY_FINAL, RunStatus.RUNNING, null));
  }
}
