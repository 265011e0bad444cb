package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostNotRetiredException;
import dev.runregistry.run.host.RetiredHost;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.ReconciledRun.Action;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.run.service.chain.VerificationResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host that is gone for good, and one that is not. */
@Timeout(300)
class RetireHostTest {
  private static final RunRequest COMMAND =
      RunRequest.command(DatasetKey.NONE, "none", List.of("true"));
  private static final Instant LONG_AGO = Instant.parse("2020-01-02T03:04:05Z");
  private static final Provenance ON_NODE7 =
      new Provenance("node7", "ann", "/", "1.2.3", null, null, Map.of());

  private final Home home = new Home(UUID.randomUUID(), "node7", "1.2.3");
  private final CountDownLatch started = new CountDownLatch(1);
  private final CompletableFuture<Void> ends = new CompletableFuture<>();
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          running -> {
            started.countDown();
            ends.join();
            return Runs.exited(0);
          });
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryHosts hosts = new InMemoryHosts(repository, Clock.systemUTC());
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final RunRegistry there = registry(journal);
  private final RunRegistry here = registry(new InMemoryRunJournal());

  private RunRegistry registry(InMemoryRunJournal its) {
    return RunRegistry.builder()
        .repository(repository)
        .chain(repository)
        .hosts(hosts)
        .journal(its)
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .clock(() -> LONG_AGO)
        .provenance(() -> ON_NODE7)
        .build();
  }

  private Run orphan(Inspection found) {
    RunId id = Runs.id();
    Run running =
        Run.started(id, COMMAND.toSpec(id), Runs.EXECUTOR, LONG_AGO).withProvenance(ON_NODE7);
    journal.begin(running);
    journal.unlock(id);
    repository.save(running);
    executor.leave(id, found);
    return running;
  }

  private void isUnseen() {
    hosts.announce(home);
    hosts.age(home.id(), Duration.ofHours(1));
  }

  private RetiredHost retired() {
    isUnseen();
    return here.retireHost("node7", "bob", "its disk is broken");
  }

  private VerificationResult verified() {
    List<Discrepancy> found = new ArrayList<>();
    VerificationResult result = here.verify(null, found::add);
    assertThat(found).isEmpty();
    return result;
  }

  @Test
  void the_active_runs_of_a_retired_host_are_lost_with_its_user_time_and_reason() {
    Run running = orphan(new Inspection.Running(Optional.empty()));
    Run waiting = Runs.pendingAt(LONG_AGO);
    repository.save(waiting);
    hosts.assign(home.id(), null, List.of(waiting.id()));
    Run ofEngine =
        Run.started(Runs.id(), Runs.localRunOf("m"), "slurm", LONG_AGO).withProvenance(ON_NODE7);
    repository.save(ofEngine);
    Run elsewhere = Runs.running();
    repository.save(elsewhere);

    RetiredHost retired = retired();

    assertThat(retired.lost()).isEqualTo(2);
    for (Run run : List.of(running, waiting)) {
      Run lost = here.get(run.id());
      assertThat(lost.status()).isEqualTo(RunStatus.FAILED);
      assertThat(lost.reason()).isEqualTo(RunReason.LOST);
      assertThat(lost.completedAt()).isNull();
      assertThat(lost.message())
          .startsWith("Lost: the host node7 was retired by bob at 20")
          .endsWith("Z: its disk is broken");
    }
    assertThat(here.get(ofEngine.id()).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(here.get(elsewhere.id()).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(verified().retirements()).isEqualTo(1);
    assertThat(verified().links()).isEqualTo(3);
  }

  @Test
  void a_host_that_was_just_seen_is_not_retired() {
    Run running = orphan(new Inspection.Running(Optional.empty()));
    hosts.announce(home);

    assertThatThrownBy(() -> here.retireHost("node7", "bob", "gone"))
        .isInstanceOf(HostNotRetiredException.class)
        .hasMessageMatching("host node7 was seen \\d+ s ago; .* not seen for 60 s");

    assertThat(here.get(running.id()).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(verified().links()).isZero();
  }

  @Test
  void a_host_whose_run_started_just_now_is_not_retired_though_it_was_never_announced() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    Run running = Runs.runningSince(now).withProvenance(ON_NODE7);
    repository.save(running);

    assertThatThrownBy(() -> here.retireHost("node7", "bob", "gone"))
        .isInstanceOf(HostNotRetiredException.class)
        .hasMessageContaining("was seen");

    assertThat(here.get(running.id())).isEqualTo(running);
  }

  @Test
  void a_host_that_is_unknown_or_retired_is_not_retired() {
    assertThatThrownBy(() -> here.retireHost("node7", "bob", "gone"))
        .isInstanceOf(HostNotRetiredException.class)
        .hasMessage("no host node7 is known; `registry hosts` lists them");
    retired();
    assertThatThrownBy(() -> here.retireHost("node7", "bob", "gone"))
        .isInstanceOf(HostNotRetiredException.class)
        .hasMessageContaining("host node7 was retired by bob at ");
    hosts.announce(home);
    assertThatThrownBy(() -> here.retireHost("node7", "bob", "gone"))
        .isInstanceOf(HostNotRetiredException.class)
        .hasMessageContaining("was seen");
  }

  @Test
  void runs_that_a_failure_of_the_database_left_are_lost_by_the_next_call() {
    retired();
    Run running = orphan(new Inspection.Running(Optional.empty()));

    assertThat(here.retireHost("node7", "bob", "still gone").lost()).isEqualTo(1);

    assertThat(here.get(running.id()).message()).endsWith("still gone");
  }

  @Test
  void the_late_ending_of_a_run_of_a_retired_host_is_refused_and_reported() {
    Run running = orphan(new Inspection.Exited(Runs.exited(0), LONG_AGO.plusSeconds(9)));
    retired();
    Run lost = here.get(running.id());

    ReconciledRun found = there.reconcile().findings().get(0);

    assertThat(found.action()).isEqualTo(Action.SUPERSEDED);
    assertThat(found.message())
        .isEqualTo("Refused; another outcome is recorded: Completed with exit code 0");
    assertThat(there.reconcile().findings()).isEmpty();
    assertThat(journal.isArchived(running.id())).isTrue();
    assertThat(here.get(running.id())).isEqualTo(lost);
    assertThat(verified().links()).isEqualTo(2);
  }

  @Test
  void a_run_that_goes_on_on_a_retired_host_is_left_alone_and_reported() {
    Run running = orphan(new Inspection.Running(Optional.empty()));
    retired();

    ReconciledRun found = there.reconcile().findings().get(0);

    assertThat(found.action()).isEqualTo(Action.SKIPPED);
    assertThat(found.message()).isEqualTo("Running; its registry has exited; recorded as finished");
    assertThat(journal.isArchived(running.id())).isFalse();
  }

  @Test
  void a_run_that_ends_in_front_of_its_registry_keeps_its_exit_code_and_its_record() {
    CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> there.submit(COMMAND));
    awaitStart();
    retired();
    ends.complete(null);

    Run ended = run.join();

    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(here.get(ended.id()).reason()).isEqualTo(RunReason.LOST);
    assertThat(journal.isArchived(ended.id())).isTrue();
    assertThat(verified().links()).isEqualTo(2);
  }

  private void awaitStart() {
    try {
      started.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void an_ending_that_came_before_the_retirement_stays() {
    Run running = orphan(new Inspection.Exited(Runs.exited(3), LONG_AGO.plusSeconds(9)));
    there.reconcile();

    assertThat(retired().lost()).isZero();

    assertThat(here.get(running.id()).exitCode()).isEqualTo(3);
  }

  @Test
  void a_detail_says_since_when_the_host_of_an_active_run_is_not_seen() {
    Run running = orphan(new Inspection.Running(Optional.empty()));
    assertThat(here.unseenHostOf(running)).isEmpty();
    isUnseen();
    assertThat(here.unseenHostOf(running).orElseThrow().name()).isEqualTo("node7");
    Run ended = Runs.ended(running, Runs.exited(0));
    assertThat(here.unseenHostOf(ended)).isEmpty();
  }
}
