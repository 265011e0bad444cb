package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.RunRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A home dies while an engine has its run; another one has the same database and engine. */
class TakeOverTest {
  private static final Instant SUBMITTED = Instant.parse("2020-01-02T03:04:05Z");
  private static final ExecutionHandle.Start START =
      new ExecutionHandle.Start(SUBMITTED.plusSeconds(60), Optional.of("cluster:7"));
  private static final Instant END = SUBMITTED.plusSeconds(90);
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));

  private final Home dead = new Home(UUID.randomUUID(), "node7", "1.2.3");
  private final Home living = new Home(UUID.randomUUID(), "node8", "1.2.3");
  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryHosts hosts = new InMemoryHosts(repository, Clock.systemUTC());
  private final InMemoryCancelRequests requests = new InMemoryCancelRequests();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryRunJournal other = new InMemoryRunJournal();
  private final RunRegistry there = registry(journal);
  private final RunRegistry here = registry(other);
  private final RunId id = Runs.id();
  private final Run pending = Run.pending(id, REQUEST.toSpec(id), SUBMITTED);

  private RunRegistry registry(InMemoryRunJournal its) {
    return RunRegistry.builder()
        .repository(repository)
        .hosts(hosts)
        .cancelRequests(requests)
        .journal(its)
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .build();
  }

  /** The run is announced, and its registry dies. */
  @BeforeEach
  void die() {
    executor.willQueue();
    journal.submit(pending, executor.name(), repository.identity());
    journal.unlock(id);
    repository.save(pending);
    executor.leave(id, new Inspection.Pending("Priority", false));
    executor.locate(id, journal.workspace(id).orElseThrow());
    there.announce(dead);
  }

  private void isUnseen() {
    hosts.age(dead.id(), Duration.ofHours(1));
  }

  private List<ReconciledRun> reconciled() {
    here.announce(living);
    return here.reconcile().findings();
  }

  @Test
  void its_run_is_watched_by_the_other_home_and_ends_once_and_truly() {
    other.see(journal);
    isUnseen();

    assertThat(reconciled().get(0).message()).isEqualTo("Pending: Priority");
    assertThat(hosts.assigned(living.id(), executor.name())).containsExactly(id);

    executor.leave(id, new Inspection.Running(Optional.empty(), Optional.of(START)));
    assertThat(here.reconcile().findings().get(0).message()).startsWith("Still running");
    assertThat(repository.find(id).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);

    executor.leave(id, new Inspection.Exited(Runs.exited(3), END, Optional.of(START)));
    assertThat(here.reconcile().findings().get(0).action())
        .isEqualTo(ReconciledRun.Action.RECORDED);
    Run ended = repository.find(id).orElseThrow();
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.startedAt()).isEqualTo(START.at());
    assertThat(ended.completedAt()).isEqualTo(END);
    assertThat(journal.isArchived(id)).as("its home has nothing to do when it comes back").isTrue();
    assertThat(there.reconcile().findings()).isEmpty();
  }

  @Test
  void a_request_to_cancel_it_is_carried_out_by_the_other_home() {
    other.see(journal);
    isUnseen();
    requests.add(id, new CancelRequest("ann", END));

    reconciled();

    assertThat(repository.find(id).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
  }

  @Test
  void a_home_that_is_seen_keeps_its_run() {
    other.see(journal);

    assertThat(reconciled()).isEmpty();
    assertThat(hosts.assigned(dead.id(), executor.name())).containsExactly(id);
  }

  @Test
  void a_run_whose_directory_is_not_visible_or_whose_engine_is_another_one_is_left_to_its_home() {
    isUnseen();

    assertThat(reconciled()).isEmpty();

    assertThat(hosts.assigned(dead.id(), executor.name())).containsExactly(id);
    assertThat(repository.find(id)).contains(pending);
  }

  @Test
  void a_registry_that_lives_but_does_not_reach_the_database_still_decides_about_its_run() {
    other.see(journal);
    assertThat(journal.tryLock(id)).isTrue();
    isUnseen();
    executor.leave(id, new Inspection.Exited(Runs.exited(3), END, Optional.of(START)));

    assertThat(reconciled())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.action()).isEqualTo(ReconciledRun.Action.SKIPPED);
              assertThat(found.message()).isEqualTo("Locked by another registry process");
            });
    assertThat(repository.find(id)).contains(pending);
  }

  @Test
  void a_home_that_was_restarted_goes_on_watching_the_runs_that_it_has_taken_over() {
    other.see(journal);
    isUnseen();
    reconciled();
    executor.leave(id, new Inspection.Exited(Runs.exited(3), END, Optional.of(START)));

    RunRegistry restarted = registry(other);
    restarted.announce(living);
    restarted.reconcile();

    assertThat(repository.find(id).orElseThrow().exitCode()).isEqualTo(3);
  }

  @Test
  void a_process_that_announces_no_home_takes_over_nothing() {
    other.see(journal);
    isUnseen();

    assertThat(here.reconcile().findings()).isEmpty();
    assertThat(hosts.assigned(dead.id(), executor.name())).containsExactly(id);
  }
}
