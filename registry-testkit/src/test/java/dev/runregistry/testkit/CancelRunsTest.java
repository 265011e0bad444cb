package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.CancelResult.Kind;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CancelRunsTest {
  private static final RunRequest COMMAND =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));

  private final CountDownLatch started = new CountDownLatch(1);
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          running -> {
            started.countDown();
            return ScriptedRunExecutor.neverEnding(Output.NONE).play(running);
          });
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();

  private RunRegistry.Builder builder() {
    return RunRegistry.builder()
        .repository(repository)
        .journal(journal)
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .clock(() -> Runs.NOON);
  }

  private CompletableFuture<Run> submitted(RunRegistry registry, RunId id)
      throws InterruptedException {
    CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> registry.submit(id, COMMAND));
    started.await();
    return run;
  }

  private static void assertCancelled(Run run, String user) {
    assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(run.reason()).isEqualTo(RunReason.CANCELLED);
    assertThat(run.message()).isEqualTo("Cancelled by " + user);
    assertThat(run.exitCode()).isNull();
    assertThat(run.completedAt()).isNotNull();
  }

  @Test
  void a_run_is_cancelled_by_the_process_that_owns_it() throws InterruptedException {
    RunRegistry registry = builder().build();
    RunId id = registry.newId();
    CompletableFuture<Run> run = submitted(registry, id);

    assertThat(registry.cancel(id, "ann").kind()).isEqualTo(Kind.REQUESTED);

    assertCancelled(run.join(), "ann");
    assertCancelled(registry.get(id), "ann");
    assertThat(registry.cancel(id, "bob"))
        .isEqualTo(new CancelResult(Kind.ALREADY_FINAL, RunStatus.CANCELLED, null));
  }

  @Test
  void a_run_is_cancelled_by_another_process_of_its_host() throws InterruptedException {
    RunRegistry owner = builder().build();
    RunId id = owner.newId();
    CompletableFuture<Run> run = submitted(owner, id);

    assertThat(builder().build().cancel(id, "ann").isRequested()).isTrue();

    assertCancelled(run.join(), "ann");
  }

  @Test
  void a_run_whose_registry_died_after_the_request_is_cancelled_by_recovery() {
    Run running = orphan(null);
    RunRegistry registry = builder().build();
    assertThat(registry.cancel(running.id(), "ann").kind()).isEqualTo(Kind.REQUESTED);
    assertThat(registry.cancel(running.id(), "bob").kind()).isEqualTo(Kind.REQUESTED_BEFORE);

    registry.reconcile();

    assertCancelled(registry.get(running.id()), "ann");
  }

  private Run orphan(@Nullable Duration limit) {
    RunId id = Runs.id();
    Run running =
        Run.started(id, COMMAND.withTimeLimit(limit).toSpec(id), Runs.EXECUTOR, Runs.NOON);
    journal.begin(running);
    journal.unlock(id);
    executor.leave(id, new Inspection.Running(Optional.of(Duration.ofDays(1))));
    return running;
  }

  @Test
  void a_run_that_ended_before_recovery_saw_the_request_is_recorded_as_it_ended() {
    Run running = orphan(null);
    RunRegistry registry = builder().build();
    registry.cancel(running.id(), "ann");
    executor.leave(running.id(), new Inspection.Exited(Runs.exited(0), Runs.NOON));

    registry.reconcile();

    assertThat(registry.get(running.id()).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_request_after_the_time_limit_of_an_orphan_comes_too_late() {
    Run running = orphan(Duration.ofHours(1));
    journal.requestCancel(
        running.id(), new CancelRequest("ann", Runs.NOON.plus(Duration.ofHours(2))));
    RunRegistry registry = builder().build();

    registry.reconcile();

    assertThat(registry.get(running.id()).status()).isEqualTo(RunStatus.TIMEOUT);
  }

  @Test
  void a_request_before_the_time_limit_of_an_orphan_counts() {
    Run running = orphan(Duration.ofHours(1));
    journal.requestCancel(
        running.id(), new CancelRequest("ann", Runs.NOON.plus(Duration.ofMinutes(2))));
    RunRegistry registry = builder().build();

    registry.reconcile();

    assertCancelled(registry.get(running.id()), "ann");
  }

  @Test
  void a_run_that_is_cancelled_while_its_data_set_is_checked_is_not_started() {
    for (RunRequest request :
        List.of(
            RunRequest.dryRun(new DatasetKey("m"), "none"),
            RunRequest.training(new DatasetKey("m"), "none", List.of("true")))) {
      CompletableFuture<Runnable> check = new CompletableFuture<>();
      RunRegistry registry = builder().datasetChecker(check::complete).build();
      RunId id = registry.newId();
      CompletableFuture<Run> run =
          CompletableFuture.supplyAsync(() -> registry.submit(id, request));
      check.join();

      registry.cancel(id, "ann");

      assertCancelled(run.join(), "ann");
      assertThat(executor.executed()).isEmpty();
    }
  }

  @Test
  void there_is_nothing_to_cancel_where_there_is_no_run_or_it_has_ended() {
    RunRegistry registry = builder().build();
    assertThat(registry.cancel(Runs.id(), "ann").kind()).isEqualTo(Kind.UNKNOWN);

    Run running = orphan(null);
    executor.leave(running.id(), new Inspection.Exited(Runs.exited(3), Runs.NOON));
    registry.reconcile();

    assertThat(registry.cancel(running.id(), "ann").status()).isEqualTo(RunStatus.FAILED);
  }

  @Test
  void a_run_of_another_host_is_out_of_reach_without_requests_in_the_database() {
    Run running = Runs.running();
    repository.save(running);

    assertThat(builder().build().cancel(running.id(), "ann").kind()).isEqualTo(Kind.OUT_OF_REACH);
  }

  @Test
  void a_requester_has_a_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().build().cancel(Runs.id(), ""))
        .withMessageContaining("user");
  }
}
