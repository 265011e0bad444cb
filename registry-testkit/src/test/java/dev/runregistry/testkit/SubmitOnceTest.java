package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.Submission;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.service.RunRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SubmitOnceTest {
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));

  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryIdempotencyKeys keys = new InMemoryIdempotencyKeys();

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
        ended -> (ended.repeated() ? "repeated " : "first ") + ended.run().id(),
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
    repository.save(running);
    keys.claim(new IdempotencyClaim("k", "f", running.id(), Runs.NOON));

    assertThat(what(registry().submitOnce("k", "f", REQUEST)))
        .isEqualTo("in progress " + running.id());
  }

  @Test
  void a_request_whose_run_is_not_on_record_yet_is_in_progress() {
    keys.claim(new IdempotencyClaim("k", "f", Runs.id(), Runs.NOON));

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("in progress ");
    assertThat(executor.executed()).isEmpty();
  }

  @Test
  void a_key_whose_run_could_not_be_noted_can_be_used_again() {
    journal.failWith("No space left on device");
    assertThatThrownBy(() -> registry().submitOnce("k", "f", REQUEST))
        .isInstanceOf(JournalException.class);
    journal.failWith(null);

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
  }

  /** As if its registry had been killed when it had claimed the key. */
  private IdempotencyClaim killedAtClaim(Instant at) {
    IdempotencyClaim left = new IdempotencyClaim("k", "g", Runs.id(), at);
    journal.prepare(left, DatabaseIdentity.UNKNOWN);
    keys.claim(left);
    journal.release(left.runId());
    return left;
  }

  @Test
  void a_key_whose_registry_was_killed_before_it_began_the_run_can_be_used_again() {
    killedAtClaim(Runs.NOON);

    assertThat(registry().findSubmission("k", "f")).isEmpty();
    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
    assertThat(executor.executed()).hasSize(1);
  }

  @Test
  void submitting_alone_finds_such_a_key_free_and_reconciling_frees_it_too() {
    killedAtClaim(Runs.NOON);
    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
    keys.release(keys.find("k", Runs.NOON).orElseThrow());

    killedAtClaim(Runs.NOON);
    registry().reconcile();

    assertThat(keys.find("k", Runs.NOON)).isEmpty();
  }

  @Test
  void a_claim_that_arrives_after_its_key_was_given_back_does_not_keep_the_key() {
    IdempotencyClaim late = killedAtClaim(Runs.NOON);
    registry().reconcile();
    keys.claim(late);

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
  }

  @Test
  void what_can_no_longer_arrive_is_not_waited_for() {
    killedAtClaim(Runs.NOON.minusSeconds(11));
    registry().reconcile();

    List<IdempotencyClaim> left = new ArrayList<>();
    journal.discardUnbegun((key, database) -> left.add(key));
    assertThat(left).isEmpty();
  }

  @Test
  void a_key_whose_registry_lives_is_in_progress_and_stays_so() {
    IdempotencyClaim claim = new IdempotencyClaim("k", "f", Runs.id(), Runs.NOON);
    journal.prepare(claim, DatabaseIdentity.UNKNOWN);
    keys.claim(claim);

    registry().reconcile();

    assertThat(what(registry().submitOnce("k", "f", REQUEST)))
        .isEqualTo("in progress " + claim.runId());
    assertThat(executor.executed()).isEmpty();
  }

  @Test
  void a_registry_without_keys_leaves_such_a_key_to_one_that_has_them() {
    killedAtClaim(Runs.NOON.minusSeconds(60));
    RunRegistry.builder()
        .repository(repository)
        .journal(journal)
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .build()
        .reconcile();

    registry().reconcile();

    assertThat(keys.find("k", Runs.NOON)).isEmpty();
  }

  @Test
  void a_key_of_which_the_database_did_not_say_whether_it_took_it_is_given_back() {
    IdempotencyKeys silent =
        new IdempotencyKeys() {
          @Override
          public IdempotencyClaim claim(IdempotencyClaim wanted) {
            keys.claim(wanted);
            throw new RepositoryException("no answer", new IllegalStateException("no answer"));
          }

          @Override
          public Optional<IdempotencyClaim> find(String key, Instant now) {
            return keys.find(key, now);
          }

          @Override
          public void release(IdempotencyClaim claim) {
            keys.release(claim);
          }
        };
    assertThatThrownBy(() -> registry(silent).submitOnce("k", "f", REQUEST))
        .isInstanceOf(RepositoryException.class);

    assertThat(what(registry().submitOnce("k", "f", REQUEST))).startsWith("first ");
    assertThat(executor.executed()).hasSize(1);
  }

  @Test
  void a_bad_request_claims_nothing() {
    assertThatThrownBy(() -> registry().submitOnce("k", "f", REQUEST.withOutputDir("")))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(keys.find("k", Runs.NOON)).isEmpty();
    assertThat(registry().keepsKeys()).isTrue();
  }
}
