package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.Submission;
import dev.runregistry.run.service.RunRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubmitOnceTest {
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));

  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryIdempotencyKeys keys = new InMemoryIdempotencyKeys();

  private RunRegistry registry() {
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

  @Test
  void a_bad_request_claims_nothing() {
    assertThatThrownBy(() -> registry().submitOnce("k", "f", REQUEST.withOutputDir("")))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(keys.find("k", Runs.NOON)).isEmpty();
    assertThat(registry().keepsKeys()).isTrue();
  }
}
