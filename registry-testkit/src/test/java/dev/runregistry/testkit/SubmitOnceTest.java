package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.service.RunRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SubmitOnceTest {
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));

  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryIdempotencyKeys keys = new InMemoryIdempotencyKeys(repository);

  private RunRegistry registry() {
    return registry(keys);
  }

  private RunRegistry registry(IdempotencyKeys keys) {
    return RunRegistry.builder()
        .repository(repository)
        .journal(journal)
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .idempotencyKeys(keys)
        .clock(() -> Runs.NOON)
        .build();
  }

  private static String what(Submission submission) {
    return submission.match(
        ended -> (ended.replayed() ? "repeated " : "first ") + ended.run().id(),
        inProgress -> "in progress " + inProgress.id(),
        reused -> "reused " + reused.id());
  }

  @Test
  void a_repeated_request_has_the_first_run_and_starts_nothing() {
    RunRegistry registry = registry();
    assertThat(registry.findSubmission("k", "f")).isEmpty();
    String first = what(registry.submitOnce("k", "f", REQUEST));

    String repeated = what(registry.submitOnce("k", "f", REQUEST));

    Run run = executor.executed().get(0);
    assertThat(first).isEqualTo("first " + run.id());
    assertThat(repeated).isEqualTo("repeated " + run.id());
    assertThat(registry.findSubmission("k", "f").map(SubmitOnceTest::what)).contains(repeated);
    assertThat(executor.executed()).hasSize(1);
  }

  @Test
  void another_request_under_the_same_key_is_not_carried_out() {
    RunRegistry registry = registry();
    registry.submitOnce("k", "f", REQUEST);

    assertThat(what(registry.submitOnce("k", "g", REQUEST))).startsWith("reused ");
    assertThat(executor.executed()).hasSize(1);
  }

  @Test
  void a_request_whose_run_goes_on_is_in_progress() {
    Run running = Runs.running();
    keys.save(new IdempotencyRecord("k", "f", running.id(), Runs.NOON), running);

    assertThat(what(registry().submitOnce("k", "f", REQUEST)))
        .isEqualTo("in progress " + running.id());
    assertThat(executor.executed()).isEmpty();
    assertThat(journal.active()).isEmpty();
  }

  @Test
  void a_key_whose_run_could_not_be_noted_can_be_used_again() {
    journal.failWith("No space left on device");
    assertThatThrownBy(() -> registry().submitOnce("k", "f", REQUEST))
        .isInstanceOf(JournalException.class);
    journal.failWith(null);

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
  }

  /** Keys of which each save is preceded by that, and followed by the other. */
  private IdempotencyKeys keys(Runnable before, Runnable after) {
    return new IdempotencyKeys() {
      @Override
      public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
        before.run();
        IdempotencyRecord stored = keys.save(wanted, run);
        after.run();
        return stored;
      }

      @Override
      public Optional<IdempotencyRecord> find(String key, Instant now) {
        return keys.find(key, now);
      }
    };
  }

  private static void noAnswer() {
    throw new RepositoryException("no answer", new IllegalStateException("no answer"));
  }

  /** As a registry leaves it that is killed after it has journaled the run of a keyed request. */
  private Run killedAfterJournal() {
    Run running = Runs.running();
    journal.begin(running);
    journal.unlock(running.id());
    return running;
  }

  @Test
  void of_two_requests_under_one_key_at_the_same_time_one_is_carried_out_and_the_other_not() {
    Run other = Runs.running();
    IdempotencyKeys late =
        keys(
            () -> keys.save(new IdempotencyRecord("k", "f", other.id(), Runs.NOON), other),
            () -> {});

    assertThat(what(registry(late).submitOnce("k", "f", REQUEST)))
        .isEqualTo("in progress " + other.id());

    assertThat(executor.executed()).isEmpty();
    assertThat(journal.active()).isEmpty();
    registry().reconcile();
    assertThat(repository.list(RunQuery.all()).runs()).hasSize(1);
  }

  @Test
  void a_key_whose_registry_was_killed_before_it_was_saved_can_be_used_again() {
    killedAfterJournal();
    registry().reconcile();

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
    assertThat(executor.executed()).hasSize(1);
  }

  @Test
  void a_key_whose_registry_was_killed_after_it_was_saved_has_a_run_that_ends() {
    Run running = killedAfterJournal();
    keys.save(new IdempotencyRecord("k", "f", running.id(), Runs.NOON), running);
    registry().reconcile();

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("repeated ");
    assertThat(executor.executed()).isEmpty();
    assertThat(repository.find(running.id()).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
    assertThat(journal.active()).isEmpty();
  }

  @Test
  void a_key_of_which_the_database_did_not_say_whether_it_was_saved_has_a_run_that_never_started() {
    IdempotencyKeys silent = keys(() -> {}, SubmitOnceTest::noAnswer);
    assertThatThrownBy(() -> registry(silent).submitOnce("k", "f", REQUEST))
        .isInstanceOf(RepositoryException.class);
    assertThat(executor.executed()).isEmpty();

    registry().reconcile();

    Run run = repository.find(keys.find("k", Runs.NOON).orElseThrow().runId()).orElseThrow();
    assertThat(run.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(run.message()).contains("nothing was started");
    assertThat(what(registry().submitOnce("k", "f", REQUEST))).isEqualTo("repeated " + run.id());
  }

  @Test
  void while_the_database_is_away_nothing_is_started_and_nothing_stays() {
    IdempotencyKeys away =
        new IdempotencyKeys() {
          @Override
          public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
            throw new AssertionError("it was not found out whether the key is free");
          }

          @Override
          public Optional<IdempotencyRecord> find(String key, Instant now) {
            throw new RepositoryException("away", new IllegalStateException("away"));
          }
        };
    assertThatThrownBy(() -> registry(away).submitOnce("k", "f", REQUEST))
        .isInstanceOf(RepositoryException.class);

    assertThat(executor.executed()).isEmpty();
    assertThat(journal.active()).isEmpty();
  }

  @Test
  void a_bad_request_claims_nothing() {
    assertThatThrownBy(() -> registry().submitOnce("k", "f", REQUEST.withOutputDir("")))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(keys.find("k", Runs.NOON)).isEmpty();
    assertThat(registry().supportsIdempotency()).isTrue();
  }
}
