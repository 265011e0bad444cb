package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.idempotency.Acceptance;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueueStatus;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnqueueTest {
  private static final RunRequest COMMAND = Samples.local();

  private final FakeHost host = new FakeHost();
  private final RunRegistry registry = host.builder().build();

  private Run enqueue() {
    return registry.enqueue(COMMAND, QueueOptions.DEFAULT);
  }

  private Acceptance enqueueOnce(String fingerprint, RunId id) {
    return registry.enqueueOnce("key", fingerprint, id, COMMAND, QueueOptions.DEFAULT);
  }

  @Test
  void a_run_whose_file_in_the_queue_is_damaged_ends_and_does_not_wait_for_ever() {
    RunId id = registry.enqueue(Samples.local(), QueueOptions.DEFAULT).id();
    RunId elsewhere = registry.newId();
    host.queue.waiting.clear();
    host.queue.damaged.put(id, DatabaseIdentity.UNKNOWN);
    host.queue.damaged.put(elsewhere, DatabaseIdentity.UNKNOWN);
    host.database.away = true;
    assertThat(registry.reconcile().count(ReconciledRun.Action.FAILED)).isEqualTo(2);
    host.database.away = false;

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::action)
        .containsExactlyInAnyOrder(ReconciledRun.Action.QUARANTINED, ReconciledRun.Action.SKIPPED);

    assertThat(registry.get(id).reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(registry.get(id).message())
        .isEqualTo("Its file in the queue is damaged; nothing was started.");
    assertThat(host.queue.damaged).containsOnlyKeys(elsewhere);
  }

  @Test
  void a_run_waits_and_is_on_record_as_pending_when_it_was_enqueued() {
    Run pending = enqueue();

    assertThat(pending.status()).isEqualTo(RunStatus.PENDING);
    assertThat(host.database.runs).containsEntry(pending.id(), pending);
    assertThat(host.queue.read(pending.id()).orElseThrow().isRecorded()).isTrue();
    assertThat(host.journal.locked).isEmpty();
    assertThat(registry.queueStatus()).isEqualTo(new QueueStatus(1, 0, 0, false, false));
  }

  @Test
  void a_run_is_accepted_while_the_database_is_away_and_saved_later() {
    host.database.away = true;
    Run pending = enqueue();
    assertThat(registry.findJournaled(pending.id())).contains(pending);

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::name, ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(
                pending.id().toString(),
                Action.DEFERRED,
                "Waiting in the queue and for the database"));
    host.database.away = false;
    assertThat(registry.reconcile().findings()).isEmpty();

    assertThat(host.database.runs).containsEntry(pending.id(), pending);
    assertThat(host.queue.read(pending.id()).orElseThrow().isRecorded()).isTrue();
  }

  @Test
  void a_waiting_run_that_cannot_be_locked_now_is_reported_and_saved_later() {
    host.database.away = true;
    Run pending = enqueue();
    host.database.away = false;
    host.queue.failingOnce.add("tryLock");

    assertThat(registry.reconcile().count(Action.FAILED)).isEqualTo(1);
    host.journal.locked.add(pending.id()); // it is being started
    assertThat(registry.reconcile().findings()).isEmpty();
    assertThat(host.database.runs).isEmpty();
    host.journal.unlock(pending.id());
    registry.reconcile();

    assertThat(host.database.runs).containsKey(pending.id());
  }

  @Test
  void a_run_whose_database_cannot_be_journaled_is_accepted_and_saved_once_more() {
    host.queue.failingOnce.add("bind");
    Run pending = enqueue();
    assertThat(host.queue.read(pending.id()).orElseThrow().isRecorded()).isFalse();

    registry.reconcile();

    assertThat(host.queue.read(pending.id()).orElseThrow().isRecorded()).isTrue();
    assertThat(host.database.runs).containsOnlyKeys(pending.id());
  }

  @Test
  void a_full_queue_refuses_a_run_and_records_nothing_of_it() {
    for (int i = 0; i < FakeHost.MAX_WAITING; i++) {
      enqueue();
    }

    assertThatThrownBy(this::enqueue)
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("5 runs wait")
        .hasMessageContaining("queue.max");
    assertThatThrownBy(() -> enqueueOnce("f", registry.newId()))
        .isInstanceOf(QueueFullException.class);
    assertThat(host.database.runs).hasSize(FakeHost.MAX_WAITING);
    assertThat(host.database.keys).isEmpty();
  }

  @Test
  void a_run_that_cannot_be_written_to_the_queue_is_recorded_nowhere() {
    host.queue.failingOnce.add("enqueue");

    assertThatThrownBy(this::enqueue).isInstanceOf(JournalException.class);
    assertThat(host.queue.waiting).isEmpty();
    assertThat(host.database.runs).isEmpty();
  }

  @Test
  void a_request_under_a_key_is_enqueued_once() {
    RunId id = registry.newId();
    Acceptance first = enqueueOnce("f", id);
    Run pending = registry.get(id);
    assertThat(first).isEqualTo(new Acceptance.Accepted(pending, false));

    assertThat(enqueueOnce("f", registry.newId()))
        .isEqualTo(new Acceptance.Accepted(pending, true));
    assertThat(enqueueOnce("other", registry.newId())).isEqualTo(new Acceptance.KeyMismatch(id));
    assertThat(host.queue.waiting).containsOnlyKeys(id);
    assertThat(host.database.runs).containsOnlyKeys(id);
  }

  @Test
  void of_two_requests_under_a_key_at_once_one_is_enqueued() {
    RunId id = registry.newId();
    enqueueOnce("f", id);
    host.database.keysAreHidden = true; // until they are saved

    assertThat(enqueueOnce("f", registry.newId()))
        .isEqualTo(new Acceptance.Accepted(registry.get(id), true));
    assertThat(host.queue.waiting).containsOnlyKeys(id);
    assertThat(host.journal.locked).isEmpty();
  }

  @Test
  void a_key_that_could_not_be_saved_is_an_error_and_its_run_never_starts() {
    host.database.away = true;
    RunId id = registry.newId();

    assertThatThrownBy(() -> enqueueOnce("f", id)).isInstanceOf(RepositoryException.class);
    assertThat(host.queue.waiting).isEmpty();
    assertThat(host.journal.locked).isEmpty();
    host.database.away = false;
    registry.reconcile();

    assertThat(registry.get(id).reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(registry.get(id).message()).contains("could not be saved; nothing was started");
  }

  @Test
  void a_key_without_its_run_is_a_defect_of_the_database() {
    RunId id = registry.newId();
    enqueueOnce("f", id);
    host.database.runs.clear();

    assertThatThrownBy(() -> enqueueOnce("f", registry.newId()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(id.toString());
  }

  @Test
  void the_results_under_a_key_are_told_apart() {
    Acceptance accepted = enqueueOnce("f", registry.newId());
    Acceptance reused = enqueueOnce("other", registry.newId());

    assertThat(List.of(accepted, reused))
        .extracting(each -> each.<String>match(run -> "accepted", id -> "reused"))
        .containsExactly("accepted", "reused");
  }

  @Test
  void a_waiting_run_is_found_before_the_database_has_it() {
    host.database.away = true;
    Run pending = enqueue();
    host.database.away = false;

    assertThat(registry.find(pending.id())).contains(pending);
    assertThat(host.withoutQueue().build().find(pending.id())).isEmpty();
  }

  @Test
  void a_registry_without_a_queue_says_so() {
    RunRegistry without = host.withoutQueue().build();

    assertThat(without.hasQueue()).isFalse();
    assertThat(registry.hasQueue()).isTrue();
    for (Runnable call :
        List.<Runnable>of(
            without::queueStatus,
            without::pauseQueue,
            without::resumeQueue,
            () -> without.enqueue(COMMAND, QueueOptions.DEFAULT),
            () -> without.dispatcher(new QueueLimits(1, 1, List.of()), run -> {}))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("without a queue");
    }
  }
}
