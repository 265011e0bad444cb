package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The contract of {@link RunQueue} and its journal. */
public abstract class RunQueueContract {
  private static final int MAX = 1_000;
  private static final DatabaseIdentity HERE =
      new DatabaseIdentity("jdbc:sqlite:/home/registry.db", Optional.empty());
  private static final DatabaseIdentity REACHED =
      new DatabaseIdentity("jdbc:sqlite:/home/registry.db", Optional.of(new UUID(7, 1)));
  private static final Invocation.Options OPTIONS =
      new Invocation.Options(
              Duration.ofMillis(1500), "USR1", true, 20_480L, List.of("TZ", "LC_*"), null)
          .withEngineOptions(List.of("--partition=gpu"));
  private static final CancelRequest REQUEST = new CancelRequest("ann", Runs.NOON.plusSeconds(5));

  /** For subclasses. */
  protected RunQueueContract() {}

  /** The journal, empty at first; always the same during one test. */
  protected abstract RunJournal journal();

  /** The queue of that journal, empty at first; always the same during one test. */
  protected abstract RunQueue queue();

  private QueuedRun enqueued(int priority, Instant at) {
    QueuedRun queued =
        new QueuedRun(
            Run.pending(Runs.id(), Runs.localRunOf("math-v1"), at),
            Invocation.of(List.of("train", "--key=s3cret"))
                .in("/tmp", Map.of("TOKEN", "s3cret"))
                .with(OPTIONS),
            true,
            new QueueOptions(priority, 2, "slurm"),
            HERE,
            false);
    queue().enqueue(queued, MAX);
    journal().unlock(queued.run().id());
    return queued;
  }

  private QueuedRun enqueued() {
    return enqueued(0, Runs.NOON);
  }

  private static Run started(QueuedRun queued) {
    return queued.run().start(Runs.EXECUTOR, Runs.NOON.plusSeconds(9));
  }

  private List<RunId> waiting() {
    return queue().waiting().stream().map(WaitingRun::id).toList();
  }

  @Test
  void a_waiting_run_is_read_as_it_was_enqueued() {
    QueuedRun queued = enqueued();

    assertThat(queue().read(queued.run().id())).contains(queued);
    assertThat(queue().depth()).isEqualTo(1);
    assertThat(journal().active()).isEmpty();
  }

  @Test
  void a_run_that_is_handed_to_its_engine_is_active_and_not_known_to_have_started() {
    Run pending = enqueued().run();
    queue().tryLock(pending.id());

    queue().submit(pending, "slurm", HERE);

    assertThat(waiting()).isEmpty();
    assertThat(journal().read(pending.id())).contains(new JournalEntry.Submitted(pending, "slurm"));
    assertThat(journal().database(pending.id())).isEqualTo(HERE);
    assertThat(journal().tryLock(pending.id())).isFalse();
    assertThat(queue().putBack(pending.id())).isTrue();
    assertThat(waiting()).containsExactly(pending.id());
  }

  @Test
  void runs_wait_by_priority_and_then_by_age() {
    QueuedRun late = enqueued(0, Runs.NOON.plusSeconds(2));
    QueuedRun low = enqueued(-1, Runs.NOON);
    QueuedRun early = enqueued(0, Runs.NOON.plusSeconds(1));
    QueuedRun high = enqueued(100, Runs.NOON.plusSeconds(3));

    assertThat(waiting())
        .containsExactly(high.run().id(), early.run().id(), late.run().id(), low.run().id());
  }

  @Test
  void a_full_queue_accepts_no_run() {
    enqueued();
    QueuedRun another =
        new QueuedRun(
            Runs.pending(), Invocation.of(List.of("x")), false, QueueOptions.DEFAULT, HERE, false);

    assertThatThrownBy(() -> queue().enqueue(another, 1)).isInstanceOf(QueueFullException.class);
    assertThat(queue().depth()).isEqualTo(1);
    assertThat(queue().read(another.run().id())).isEmpty();
  }

  @Test
  void a_run_that_is_being_submitted_can_be_locked_by_no_other() {
    QueuedRun queued =
        new QueuedRun(
            Runs.pending(), Invocation.of(List.of("x")), false, QueueOptions.DEFAULT, HERE, true);
    queue().enqueue(queued, MAX);

    assertThat(queue().tryLock(queued.run().id())).isEmpty();
    journal().unlock(queued.run().id());
    assertThat(queue().tryLock(queued.run().id())).contains(queued);
  }

  @Test
  void a_withdrawn_run_waits_no_more() {
    QueuedRun queued =
        new QueuedRun(
            Runs.pending(), Invocation.of(List.of("x")), false, QueueOptions.DEFAULT, HERE, true);
    queue().enqueue(queued, MAX);

    queue().withdraw(queued.run().id());

    assertThat(waiting()).isEmpty();
    assertThat(queue().depth()).isZero();
    assertThat(queue().tryLock(queued.run().id())).isEmpty();
  }

  @Test
  void a_run_that_is_on_record_says_where() {
    QueuedRun queued = enqueued();

    queue().bind(queued.run().id(), REACHED);

    assertThat(queue().read(queued.run().id()).orElseThrow().isRecorded()).isTrue();
    assertThat(queue().waiting().first().isRecorded()).isTrue();
  }

  @Test
  void a_run_that_begins_is_active_and_stays_locked() {
    QueuedRun queued = enqueued();
    RunId id = queued.run().id();
    queue().tryLock(id);

    queue().begin(started(queued), HERE);

    assertThat(waiting()).isEmpty();
    assertThat(queue().depth()).isZero();
    assertThat(journal().active()).containsExactly(id);
    assertThat(journal().read(id)).contains(new JournalEntry.Begun(started(queued)));
    assertThat(journal().tryLock(id)).isFalse();
    assertThat(queue().tryLock(id)).isEmpty();
  }

  @Test
  void a_run_of_which_nothing_was_started_can_be_put_back_and_begin_again() {
    QueuedRun queued = enqueued();
    RunId id = queued.run().id();
    queue().tryLock(id);
    queue().begin(started(queued), HERE);

    assertThat(queue().putBack(id)).isTrue();

    assertThat(journal().active()).isEmpty();
    assertThat(waiting()).containsExactly(id);
    journal().unlock(id);
    assertThat(queue().tryLock(id)).contains(queued);
    queue().begin(started(queued), HERE);
    assertThat(journal().active()).containsExactly(id);
  }

  @Test
  void a_run_that_never_waited_is_not_put_back() {
    Run running = Runs.running();
    journal().begin(running);

    assertThat(queue().putBack(running.id())).isFalse();

    assertThat(journal().active()).containsExactly(running.id());
  }

  @Test
  void a_waiting_run_that_ends_is_archived_like_any_other() {
    QueuedRun queued = enqueued();
    RunId id = queued.run().id();
    Run ended = queued.run().finish(Cancelled.beforeStart(REQUEST), Runs.NOON.plusSeconds(6));
    queue().tryLock(id);

    queue().end(ended, HERE);

    assertThat(waiting()).isEmpty();
    assertThat(journal().read(id)).contains(new JournalEntry.Ended(ended));
    assertThat(journal().database(id)).isEqualTo(HERE);
    journal().archive(id);
    assertThat(journal().archived(id).orElseThrow().ended()).isEqualTo(ended);
  }

  @Test
  void of_a_start_and_a_cancel_exactly_one_wins() throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 50; i++) {
        QueuedRun queued = enqueued();
        RunId id = queued.run().id();
        Run ended = queued.run().finish(Cancelled.beforeStart(REQUEST), Runs.NOON.plusSeconds(6));
        Future<Boolean> start =
            threads.submit(
                () -> {
                  boolean locked = queue().tryLock(id).isPresent();
                  if (locked) {
                    queue().begin(started(queued), HERE);
                  }
                  return locked;
                });
        Future<Boolean> cancel =
            threads.submit(
                () -> {
                  boolean locked = queue().tryLock(id).isPresent();
                  if (locked) {
                    queue().end(ended, HERE);
                  }
                  return locked;
                });

        assertThat(start.get()).isNotEqualTo(cancel.get());
        assertThat(journal().active()).contains(id);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void an_id_waits_once() {
    QueuedRun queued = enqueued();

    assertThatThrownBy(() -> queue().enqueue(queued, MAX)).isInstanceOf(JournalException.class);

    assertThat(waiting()).containsExactly(queued.run().id());
  }
}
