package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link RunJournal}, whose Javadoc states its rules; each test is one. Subclasses
 * read the entries of theirs. JUnit 5.12 or newer executes it.
 */
public abstract class RunJournalContract {
  private static final Comparator<RunId> BY_TIME = Comparator.comparing(RunId::toString);
  private static final DatabaseIdentity HERE =
      new DatabaseIdentity("jdbc:sqlite:/home/registry.db", Optional.empty());
  private static final DatabaseIdentity COPY =
      new DatabaseIdentity("jdbc:sqlite:/home/copy.db", Optional.of(new UUID(7, 1)));

  /** For subclasses. */
  protected RunJournalContract() {}

  /** The journal, empty at first; always the same during one test. */
  protected abstract RunJournal journal();

  /** The run as it was noted when it began; empty if it is not there. */
  protected abstract Optional<Run> begun(RunId id);

  /** The run as it was noted when it ended; empty if it is not there. */
  protected abstract Optional<Run> ended(RunId id);

  /** Returns whether the run is archived. */
  protected abstract boolean isArchived(RunId id);

  @Test
  void a_probe_leaves_nothing_behind_and_disturbs_no_run() {
    Run running = Runs.running();
    journal().probe();
    journal().begin(running);

    journal().probe();

    journal().discardStaged();
    assertThat(journal().active()).containsExactly(running.id());
    assertThat(journal().unrecognized()).isEmpty();
    assertThat(begun(running.id())).contains(running);
  }

  @Test
  void a_run_that_began_is_noted_as_it_is() {
    for (Run running : List.of(Runs.running(), Runs.dryRunning())) {
      journal().begin(running);

      assertThat(begun(running.id())).contains(running);
      assertThat(ended(running.id())).isEmpty();
      assertThat(isArchived(running.id())).isFalse();
    }
  }

  @Test
  void a_run_that_was_handed_to_an_engine_is_noted_with_its_executor() {
    Run pending = Runs.pending();
    journal().submit(pending, "slurm", DatabaseIdentity.UNKNOWN);

    assertThat(journal().read(pending.id())).contains(new JournalEntry.Submitted(pending, "slurm"));
    assertThat(journal().active()).containsExactly(pending.id());
    assertThat(journal().tryLock(pending.id())).isFalse();
    assertThatThrownBy(() -> journal().submit(pending, "slurm", DatabaseIdentity.UNKNOWN))
        .isInstanceOf(JournalException.class);
  }

  @Test
  void a_run_that_an_engine_started_is_noted_with_its_start_and_keeps_its_database() {
    DatabaseIdentity database = new DatabaseIdentity("jdbc:x", Optional.empty());
    Run pending = Runs.pending();
    journal().submit(pending, "slurm", database);
    Run running = pending.start("slurm", Runs.NOON.plusSeconds(60)).withExternalId("cluster:7");

    journal().start(running);
    journal().start(running);

    assertThat(journal().read(pending.id())).contains(new JournalEntry.Begun(running));
    assertThat(journal().database(pending.id())).isEqualTo(database);
  }

  @Test
  void the_first_request_to_cancel_a_run_stays_and_needs_no_lock() {
    Run running = begin();
    assertThat(journal().cancelRequest(running.id())).isEmpty();
    CancelRequest first = new CancelRequest("ann ä", Runs.NOON);

    assertThat(journal().requestCancel(running.id(), first)).isTrue();
    assertThat(journal().requestCancel(running.id(), new CancelRequest("bob", Runs.NOON))).isTrue();

    assertThat(journal().cancelRequest(running.id())).contains(first);
    assertThat(journal().active()).containsExactly(running.id());
    assertThat(journal().unrecognized()).isEmpty();
  }

  @Test
  void of_many_requests_at_once_one_stays() {
    Run running = begin();
    List<CancelRequest> requests =
        IntStream.range(0, 16)
            .mapToObj(number -> new CancelRequest("user " + number, Runs.NOON))
            .toList();

    requests.parallelStream().forEach(request -> journal().requestCancel(running.id(), request));

    Optional<CancelRequest> kept = journal().cancelRequest(running.id());
    assertThat(requests).contains(kept.orElseThrow());
    journal().requestCancel(running.id(), new CancelRequest("late", Runs.NOON));
    assertThat(journal().cancelRequest(running.id())).isEqualTo(kept);
  }

  @Test
  void only_active_runs_can_be_cancelled() {
    CancelRequest request = new CancelRequest("ann", Runs.NOON);
    assertThat(journal().requestCancel(Runs.id(), request)).isFalse();
    assertThat(journal().cancelRequest(Runs.id())).isEmpty();

    Run running = begin();
    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());

    assertThat(journal().requestCancel(running.id(), request)).isFalse();
    assertThat(journal().cancelRequest(running.id())).isEmpty();
  }

  @Test
  void a_run_cannot_begin_twice() {
    Run running = Runs.running();
    journal().begin(running);
    Run another = Runs.running();
    Run sameId = Run.started(running.id(), another.spec(), Runs.EXECUTOR, Runs.NOON.plusSeconds(9));

    assertThatThrownBy(() -> journal().begin(sameId)).isInstanceOf(JournalException.class);
    assertThat(begun(running.id())).contains(running);
  }

  @Test
  void every_kind_of_ending_is_noted_as_it_is() {
    for (Run ended : Runs.ofEveryKind().stream().filter(run -> run.status().isFinal()).toList()) {
      journal().begin(Run.started(ended.id(), ended.spec(), Runs.EXECUTOR, ended.startedAt()));

      journal().end(ended);

      assertThat(ended(ended.id())).contains(ended);
    }
  }

  @Test
  void the_same_ending_can_be_noted_again() {
    Run running = begin();
    Run ended = Runs.ended(running, Runs.exited(3));

    journal().end(ended);
    journal().end(ended);

    assertThat(ended(running.id())).contains(ended);
  }

  @Test
  void of_two_endings_only_the_first_is_kept() {
    Run running = begin();
    Run first = Runs.ended(running, Runs.exited(3));
    journal().end(first);

    assertThatThrownBy(() -> journal().end(Runs.ended(running, Runs.exited(0))))
        .isInstanceOf(JournalException.class);
    assertThat(ended(running.id())).contains(first);
  }

  @Test
  void a_settled_run_keeps_its_notes_and_can_be_settled_again() {
    Run running = begin();
    Run ended = Runs.ended(running, Runs.exited(0));
    journal().end(ended);

    journal().archive(running.id());
    journal().archive(running.id());

    assertThat(isArchived(running.id())).isTrue();
    assertThat(begun(running.id())).contains(running);
    assertThat(ended(running.id())).contains(ended);
  }

  @Test
  void a_settled_run_cannot_begin_again() {
    Run running = begin();
    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());

    assertThatThrownBy(() -> journal().begin(running)).isInstanceOf(JournalException.class);
    assertThat(isArchived(running.id())).isTrue();
  }

  @Test
  void what_never_began_can_neither_end_nor_be_archived() {
    Run running = Runs.running();
    assertThatThrownBy(() -> journal().end(Runs.ended(running, Runs.exited(0))))
        .isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> journal().archive(running.id())).isInstanceOf(JournalException.class);
    assertThat(begun(running.id())).isEmpty();
    assertThat(ended(running.id())).isEmpty();
  }

  @Test
  void many_runs_can_begin_and_end_at_once() {
    List<Run> ended =
        IntStream.range(0, 40)
            .parallel()
            .mapToObj(
                code -> {
                  Run done = Runs.ended(begin(), Runs.exited(code));
                  journal().end(done);
                  journal().archive(done.id());
                  return done;
                })
            .toList();

    assertThat(ended).allSatisfy(run -> assertThat(ended(run.id())).contains(run));
    assertThat(ended).allMatch(run -> isArchived(run.id()));
  }

  @Test
  void settled_runs_are_archived_as_they_ended_with_their_database_oldest_first() {
    List<Run> runs = Stream.generate(Runs::running).limit(3).toList();
    for (Run running : runs) {
      journal().begin(running, HERE);
      journal().bind(running.id(), COPY);
      journal().end(Runs.ended(running, Runs.exited(3)));
      journal().archive(running.id());
    }
    Run active = begin();

    List<RunId> archived = journal().archived();

    assertThat(archived).isEqualTo(runs.stream().map(Run::id).sorted(BY_TIME).toList());
    assertThat(archived)
        .allSatisfy(
            id ->
                assertThat(journal().archived(id))
                    .contains(new ArchivedRun(ended(id).orElseThrow(), COPY)));
    assertThat(journal().archived(active.id())).isEmpty();
    assertThat(journal().archived(Runs.id())).isEmpty();
  }

  @Test
  void what_began_is_unsettled_until_it_is_settled_oldest_first() {
    List<RunId> ids = Stream.generate(this::begin).limit(9).map(Run::id).sorted(BY_TIME).toList();
    assertThat(journal().active()).isEqualTo(ids);

    journal().archive(ids.get(4));

    assertThat(journal().active()).doesNotContain(ids.get(4)).hasSize(8);
  }

  @Test
  void what_has_ended_waits_until_it_is_settled() {
    Run running = begin();
    begin();
    assertThat(journal().countAwaitingRepository(HERE)).isZero();

    journal().end(Runs.ended(running, Runs.exited(0)));
    assertThat(journal().countAwaitingRepository(HERE)).isEqualTo(1);

    journal().archive(running.id());
    assertThat(journal().countAwaitingRepository(HERE)).isZero();
  }

  @Test
  void a_run_that_began_is_locked_until_it_is_unlocked() {
    Run running = begin();
    assertThat(journal().tryLock(running.id())).isFalse();

    journal().unlock(running.id());

    assertThat(journal().tryLock(running.id())).isTrue();
    assertThat(journal().tryLock(running.id())).isFalse();
  }

  @Test
  void of_many_that_try_to_lock_a_run_one_succeeds() {
    Run running = begin();
    journal().unlock(running.id());

    long locks =
        IntStream.range(0, 40).parallel().filter(i -> journal().tryLock(running.id())).count();

    assertThat(locks).isEqualTo(1);
  }

  @Test
  void an_archived_or_unknown_run_cannot_be_locked() {
    Run running = begin();
    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());
    journal().unlock(running.id());

    assertThat(journal().tryLock(running.id())).isFalse();
    assertThat(journal().tryLock(Runs.id())).isFalse();
  }

  @Test
  void a_run_that_is_not_locked_can_be_unlocked() {
    RunId nobodys = Runs.id();

    journal().unlock(nobodys);

    assertThat(journal().tryLock(nobodys)).isFalse();
  }

  @Test
  void the_entry_of_a_run_that_began_is_the_run() {
    Run running = begin();

    assertThat(journal().read(running.id())).contains(new JournalEntry.Begun(running));
  }

  @Test
  void an_ending_that_is_noted_is_what_there_is() {
    Run running = begin();
    Run ended = Runs.ended(running, Runs.exited(3));
    journal().end(ended);

    assertThat(journal().read(running.id())).contains(new JournalEntry.Ended(ended));
  }

  @Test
  void of_a_settled_run_there_is_nothing_left() {
    Run running = begin();
    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());

    assertThat(journal().read(running.id())).isEmpty();
    assertThat(journal().read(Runs.id())).isEmpty();
  }

  @Test
  void what_is_set_aside_is_not_looked_at_again() {
    Run running = begin();
    Run other = begin();

    assertThat(journal().quarantine(running.id().toString())).contains(running.id().toString());

    assertThat(journal().active()).containsExactly(other.id());
    assertThat(journal().read(running.id())).isEmpty();
  }

  @Test
  void clearing_up_what_never_began_leaves_all_that_began() {
    List<RunId> begun = Stream.generate(this::begin).limit(5).map(Run::id).sorted(BY_TIME).toList();
    begun.subList(0, 3).forEach(journal()::unlock);

    journal().discardStaged();

    assertThat(journal().active()).isEqualTo(begun);
    assertThat(journal().tryLock(begun.get(0))).isTrue();
    assertThat(journal().tryLock(begun.get(4))).isFalse();
  }

  @Test
  void of_a_run_that_was_withdrawn_nothing_is_left() {
    Run running = begin();

    journal().withdraw(running.id());

    assertThat(journal().active()).isEmpty();
    assertThat(journal().read(running.id())).isEmpty();
    assertThat(journal().workspace(running.id())).isEmpty();
    assertThat(journal().tryLock(running.id())).isFalse();
    journal().discardStaged();
    journal().begin(running);
    assertThat(begun(running.id())).contains(running);
  }

  @Test
  void the_workspace_of_a_run_is_there_from_its_beginning_on_and_when_it_is_archived() {
    Run running = begin();
    assertThat(journal().workspace(running.id())).isPresent();
    assertThat(journal().workspace(Runs.id())).isEmpty();

    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());

    assertThat(journal().workspace(running.id())).isPresent();
  }

  @Test
  void a_run_belongs_to_the_database_that_it_began_for() {
    Run running = Runs.running();
    journal().begin(running, HERE);

    assertThat(journal().database(running.id())).isEqualTo(HERE);
    assertThat(journal().database(begin().id())).isEqualTo(DatabaseIdentity.UNKNOWN);
    assertThat(journal().database(Runs.id())).isEqualTo(DatabaseIdentity.UNKNOWN);
  }

  @Test
  void a_run_belongs_to_the_database_that_it_was_last_bound_to() {
    Run running = Runs.running();
    journal().begin(running, HERE);

    for (DatabaseIdentity database : List.of(COPY, HERE, COPY)) {
      journal().bind(running.id(), database);
      assertThat(journal().database(running.id())).isEqualTo(database);
    }
  }

  @Test
  void a_settled_run_can_be_bound_and_stays_settled() {
    Run running = begin();
    journal().end(Runs.ended(running, Runs.exited(0)));
    journal().archive(running.id());

    journal().bind(running.id(), HERE);

    assertThat(isArchived(running.id())).isTrue();
    assertThat(journal().active()).isEmpty();
  }

  @Test
  void a_run_of_another_database_does_not_wait_for_this_one() {
    Run running = Runs.running();
    journal().begin(running, COPY);
    journal().end(Runs.ended(running, Runs.exited(0)));

    assertThat(journal().countAwaitingRepository(HERE)).isZero();
    assertThat(journal().countAwaitingRepository(COPY)).isEqualTo(1);
  }

  private Run begin() {
    Run running = Runs.running();
    journal().begin(running);
    return running;
  }
}
