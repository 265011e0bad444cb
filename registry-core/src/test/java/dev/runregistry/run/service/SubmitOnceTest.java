package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubmitOnceTest {
  private final FakeHost host = new FakeHost();
  private final RunRegistry registry = host.withoutQueue().build();

  private Submission submit(RunId id, RunRequest request) {
    host.executor.endsAtOnce = true;
    return registry.submitOnce("key", "f", id, request);
  }

  private Submission submit(RunId id) {
    return submit(id, Samples.local());
  }

  @Test
  void a_request_under_a_key_is_executed_once() {
    assertThat(registry.findSubmission("key", "f")).isEmpty();
    RunId id = registry.newId();
    Submission first = submit(id);
    Run ended = registry.get(id);

    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(first).isEqualTo(new Submission.Ended(ended, false));
    assertThat(submit(registry.newId())).isEqualTo(new Submission.Ended(ended, true));
    assertThat(registry.findSubmission("key", "f")).contains(new Submission.Ended(ended, true));
    assertThat(registry.findSubmission("key", "other")).contains(new Submission.KeyMismatch(id));
    assertThat(host.executor.started()).containsExactly(id);
  }

  @Test
  void a_registry_with_keys_gives_each_request_an_id_of_its_own() {
    host.executor.endsAtOnce = true;

    registry.submitOnce("one", "f", Samples.local());
    registry.submitOnce("two", "f", Samples.local());

    assertThat(registry.supportsIdempotency()).isTrue();
    assertThat(host.database.runs).hasSize(2);
  }

  @Test
  void of_two_requests_at_once_the_second_starts_nothing_and_leaves_no_entry() {
    RunId id = registry.newId();
    submit(id);
    host.database.keysAreHidden = true; // until they are saved

    assertThat(submit(registry.newId())).isEqualTo(new Submission.Ended(registry.get(id), true));

    assertThat(host.executor.started()).containsExactly(id);
    assertThat(host.journal.active).isEmpty();
  }

  @Test
  void an_entry_that_cannot_be_withdrawn_yet_changes_no_answer() {
    RunId id = registry.newId();
    submit(id);
    host.database.keysAreHidden = true;
    host.journal.failing.add("withdraw");

    assertThat(submit(registry.newId())).isEqualTo(new Submission.Ended(registry.get(id), true));
  }

  @Test
  void a_request_that_is_being_executed_is_in_progress() {
    RunId id = registry.newId();
    host.executor.endsAtOnce = true;
    submit(id);
    host.database.runs.put(id, Samples.runningLocal());

    assertThat(submit(registry.newId())).isEqualTo(new Submission.InProgress(id));
  }

  @Test
  void a_key_that_could_not_be_saved_is_an_error_and_nothing_was_started() {
    host.database.away = true;
    RunId command = registry.newId();
    RunId dryRun = registry.newId();

    assertThatThrownBy(() -> submit(command)).isInstanceOf(RepositoryException.class);
    assertThatThrownBy(() -> submit(dryRun, Samples.dryRun()))
        .isInstanceOf(RepositoryException.class);
    host.database.away = false;
    registry.reconcile();

    assertThat(host.executor.started()).isEmpty();
    assertThat(registry.get(command).reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(registry.get(dryRun).status()).isEqualTo(RunStatus.FAILED);
    assertThat(host.journal.locked).isEmpty();
  }

  @Test
  void a_run_that_cannot_be_journaled_leaves_the_key_free() {
    host.journal.failing.add("begin");

    assertThatThrownBy(() -> submit(registry.newId())).isInstanceOf(JournalException.class);
    assertThat(host.database.keys).isEmpty();
  }

  @Test
  void the_results_are_told_apart() {
    RunId id = registry.newId();

    assertThat(List.of(submit(id), new Submission.InProgress(id), new Submission.KeyMismatch(id)))
        .extracting(
            each -> each.<String>match(run -> "ended", one -> "in progress", one -> "reused"))
        .containsExactly("ended", "in progress", "reused");
  }

  @Test
  void the_state_of_the_host_and_of_the_database_is_checked_separately() {
    registry.ping();
    registry.probeJournal();
    host.database.away = true;
    host.journal.failing.add("probe");

    assertThatThrownBy(registry::ping).isInstanceOf(RepositoryException.class);
    assertThatThrownBy(registry::probeJournal).isInstanceOf(JournalException.class);
  }
}
