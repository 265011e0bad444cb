package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.queue.QueueOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A home dies while an engine has its run; another one has the same database and engine. */
class TakenOverRunsTest {
  private static final ExecutionHandle.Start START =
      new ExecutionHandle.Start(Samples.NOON.plusSeconds(60), Optional.of("cluster:7"));
  private static final Instant END = Samples.NOON.plusSeconds(90);
  private static final Inspection EXITED =
      new Inspection.Exited(new Exited(3, Output.NONE), END, Optional.of(START));

  private final Home dead = new Home(new UUID(7, 1), "node7", "1.2.3");
  private final Home living = new Home(new UUID(7, 2), "node8", "1.2.3");
  private final FakeHost host = new FakeHost();
  private final FakeHosts hosts = new FakeHosts(host.database);
  private final FakeExecutor slurm = new FakeExecutor("slurm", true);
  private final FakeJournal other = new FakeJournal();
  private final RunRegistry there = registry(host.journal);
  private final RunRegistry here = registry(other);
  private final RunId id = host.nextId();
  private final Path workspace = Path.of("there", id.toString());
  private final Run pending = Run.pending(id, Samples.local().toSpec(id), Samples.NOON);

  private RunRegistry registry(FakeJournal its) {
    return host.builder().executor(slurm).hosts(hosts).journal(its).build();
  }

  /** The run is announced, and its registry dies. */
  @BeforeEach
  void die() {
    host.journal.submit(pending, "slurm", host.database.identity());
    host.journal.unlock(id);
    host.database.save(pending);
    slurm.found.put(id, new Inspection.Pending("Priority", false));
    slurm.places.put(id, workspace);
    other.visible.put(workspace, host.journal);
    there.announce(dead);
    hosts.seen.remove(dead.id());
  }

  private List<ReconciledRun> reconciled() {
    here.announce(living);
    return here.reconcile().findings();
  }

  private Run recorded() {
    return host.database.find(id).orElseThrow();
  }

  @Test
  void its_run_is_watched_by_the_other_home_and_ends_once_and_truly() {
    assertThat(reconciled().get(0).message()).isEqualTo("Pending: Priority");
    assertThat(hosts.assigned(living.id(), "slurm")).containsExactly(id);

    slurm.found.put(id, new Inspection.Running(Optional.empty(), Optional.of(START)));
    assertThat(here.reconcile().findings().get(0).message())
        .startsWith("Running; its registry has exited");
    assertThat(recorded().status()).isEqualTo(RunStatus.RUNNING);

    slurm.found.put(id, EXITED);
    assertThat(here.reconcile().findings().get(0).action())
        .isEqualTo(ReconciledRun.Action.RECORDED);
    Run ended = recorded();
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.startedAt()).isEqualTo(START.at());
    assertThat(ended.completedAt()).isEqualTo(END);
    assertThat(host.journal.done).as("its home has nothing to do later").containsKey(id);
    assertThat(there.reconcile().findings()).isEmpty();
  }

  @Test
  void a_request_to_cancel_it_reaches_the_other_home() {
    host.database.add(id, new CancelRequest("ann", END));

    assertThat(reconciled().get(0).message()).isEqualTo("Cancelled; could not be terminated");
  }

  @Test
  void a_home_that_is_seen_keeps_its_run() {
    hosts.seen.add(dead.id());

    assertThat(reconciled()).isEmpty();
    assertThat(hosts.assigned(dead.id(), "slurm")).containsExactly(id);
  }

  @Test
  void a_run_whose_directory_is_not_visible_is_left_to_its_home() {
    other.visible.clear();

    assertThat(reconciled()).isEmpty();
    assertThat(hosts.assigned(dead.id(), "slurm")).containsExactly(id);
  }

  @Test
  void a_run_that_its_engine_does_not_know_or_that_cannot_be_looked_for_is_left_to_its_home() {
    slurm.places.clear();
    assertThat(reconciled()).isEmpty();

    for (RuntimeException failure :
        List.of(
            new UnreadableOutcomeException("no answer", new IOException()),
            new IllegalArgumentException("a bad setting"))) {
      slurm.failure = failure;
      RunRegistry another = registry(other);
      another.announce(living);
      assertThat(another.reconcile().findings()).isEmpty();
    }
    assertThat(hosts.assigned(dead.id(), "slurm")).containsExactly(id);
    assertThat(recorded()).isEqualTo(pending);
  }

  @Test
  void a_registry_that_lives_but_does_not_reach_the_database_still_decides_about_its_run() {
    assertThat(host.journal.tryLock(id)).isTrue();
    slurm.found.put(id, EXITED);

    assertThat(reconciled().get(0).message())
        .isEqualTo("In progress: locked by another registry process");
    assertThat(recorded()).isEqualTo(pending);
  }

  @Test
  void a_home_that_was_restarted_goes_on_watching_what_it_has_taken_over() {
    reconciled();
    slurm.found.put(id, EXITED);

    RunRegistry restarted = registry(other);
    restarted.announce(living);
    restarted.reconcile();

    assertThat(recorded().exitCode()).isEqualTo(3);
  }

  @Test
  void a_run_that_was_taken_over_and_cannot_be_found_any_more_is_reported() {
    reconciled();
    slurm.places.clear();

    RunRegistry restarted = registry(other);
    restarted.announce(living);

    assertThat(restarted.reconcile().findings())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.action()).isEqualTo(ReconciledRun.Action.SKIPPED);
              assertThat(found.message()).isEqualTo("Taken over; unknown to its engine");
            });
    assertThat(recorded()).isEqualTo(pending);
  }

  @Test
  void a_process_that_announces_no_home_takes_over_nothing() {
    assertThat(here.reconcile().findings()).isEmpty();
    assertThat(hosts.assigned(dead.id(), "slurm")).containsExactly(id);
  }

  @Test
  void a_home_has_the_runs_that_wait_in_its_queue_and_in_its_engine_and_no_others() {
    RunId started = host.nextId();
    host.journal.begin(
        Run.started(started, Samples.local().toSpec(started), "slurm", Samples.NOON),
        host.database.identity());
    RunId ended = host.nextId();
    Run local = Run.started(ended, Samples.local().toSpec(ended), "process", Samples.NOON);
    host.journal.begin(local, host.database.identity());
    host.journal.end(local.finish(new Exited(0, Output.NONE), END));
    RunId here = host.leaveRunning().id();
    RunId waiting = there.enqueue(Samples.local(), QueueOptions.DEFAULT).id();

    there.announce(dead);
    there.announce(dead);

    assertThat(hosts.homes).containsOnlyKeys(id, started, waiting);
    assertThat(hosts.executors).containsOnlyKeys(id, started);
    assertThat(hosts.homes).doesNotContainKeys(here, ended);
  }

  @Test
  void a_run_whose_entry_cannot_be_read_now_is_assigned_to_its_home_once_it_can() {
    hosts.homes.clear();
    RunRegistry restarted = registry(host.journal);
    host.journal.failing.add("read");
    restarted.announce(dead);
    assertThat(hosts.homes).isEmpty();

    host.journal.failing.clear();
    restarted.announce(dead);

    assertThat(hosts.homes).containsOnlyKeys(id);
  }

  @Test
  void only_a_pending_run_has_a_reason_why_it_waits() {
    assertThat(here.lastPendingReason(pending)).contains("Priority");
    assertThat(here.lastPendingReason(Samples.runningLocal())).isEmpty();
  }
}
