package dev.runregistry.run.service;

import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReconcileTest {
  private static final Output PRINTED = Samples.printed("epoch 1\n");

  private final Host host = new Host();
  private final RunRegistry registry =
      RunRegistry.builder()
          .repository(host)
          .journal(host)
          .executor(host)
          .catalog(host)
          .ids(() -> id(99))
          .clock(() -> NOON)
          .build();

  private static RunId id(int number) {
    return new RunId(new UUID(0x019a_1b2c_3d4e_7f00L, number));
  }

  private static Run running(int number) {
    return running(number, null);
  }

  private static Run running(int number, Duration limit) {
    return Run.started(
        id(number), Samples.local().withTimeLimit(limit).toSpec(id(number)), "process", NOON);
  }

  private static JournalEntry.Ended ended(int number) {
    return new JournalEntry.Ended(
        running(number).finish(new Exited(3, PRINTED), NOON.plusSeconds(9)));
  }

  @Test
  void a_home_without_unsettled_runs_costs_the_database_nothing() {
    assertThat(registry.reconcile().findings()).isEmpty();
    assertThat(host.calls).isEmpty();
  }

  @Test
  void what_ended_while_the_database_was_away_is_recorded_as_it_was_noted() {
    host.there(1, ended(1));

    Reconciliation found = registry.reconcile();

    assertThat(host.database).containsEntry(id(1), ended(1).run());
    assertThat(host.calls).containsExactly("save failed", "archive", "unlock");
    assertThat(found.findings())
        .containsExactly(
            new ReconciledRun(
                id(1).toString(),
                Action.RECORDED,
                "Failed with exit code 3",
                Optional.of(ended(1).run())));
    assertThat(found.isIncomplete()).isFalse();
  }

  @Test
  void what_ended_after_its_registry_gets_its_true_exit_code_and_time() {
    Instant then = NOON.plusSeconds(500);
    host.there(1, new Inspection.Exited(new Exited(7, PRINTED), then));

    registry.reconcile();

    Run recorded = host.database.get(id(1));
    assertThat(recorded.exitCode()).isEqualTo(7);
    assertThat(recorded.completedAt()).isEqualTo(then);
    assertThat(recorded.output()).isEqualTo(PRINTED);
    assertThat(host.calls)
        .as("noted before it is recorded, settled last, and nothing is left running")
        .containsExactly("terminate ENDED", "end failed", "save failed", "archive", "unlock");
  }

  @Test
  void an_ending_before_the_start_by_a_clock_that_was_set_back_counts_as_the_start() {
    Inspection before = new Inspection.Exited(new Exited(0, PRINTED), NOON.minusSeconds(500));
    host.there(1, before);

    registry.reconcile();

    assertThat(host.database.get(id(1)).completedAt()).isEqualTo(NOON);
  }

  @Test
  void what_left_nothing_is_lost_and_says_what_is_known() {
    host.database.put(id(1), running(1));
    host.there(1, new Inspection.Lost("the host restarted meanwhile", PRINTED));

    registry.reconcile();

    Run recorded = host.database.get(id(1));
    assertThat(recorded.status()).isEqualTo(RunStatus.FAILED);
    assertThat(recorded.completedAt()).isNull();
    assertThat(recorded.exitCode()).isNull();
    assertThat(recorded.message()).isEqualTo("Lost: the host restarted meanwhile");
    assertThat(recorded.output()).isEqualTo(PRINTED);
  }

  @Test
  void what_lives_is_never_judged() {
    host.lockedByOthers.add(id(1));
    host.there(1, new Inspection.Lost("?", PRINTED));
    host.there(2, new Inspection.NotVisible("Owned by the running process 7"));
    host.there(
        3, new Inspection.NotVisible("Cannot be inspected from here: started on the host b"));
    host.there(4, new Inspection.Running(Optional.of(Duration.ofDays(900))));
    limited(5, Optional.of(Duration.ofMillis(29_999)));
    limited(6, Optional.empty());
    host.database.put(id(4), running(4));
    host.database.put(id(5), running(5, Duration.ofSeconds(30)));
    host.database.put(id(6), running(6, Duration.ofSeconds(30)));

    Reconciliation found = registry.reconcile();

    assertThat(found.count(Action.SKIPPED)).isEqualTo(6);
    assertThat(found.findings())
        .extracting(ReconciledRun::message)
        .contains("Owned by the running process 7")
        .contains("Cannot be inspected from here: started on the host b");
    assertThat(host.calls)
        .doesNotContain("end failed", "terminate TIME_LIMIT")
        .allMatch("unlock"::equals);
  }

  /** Goes on without its registry, with a limit of 30 s. */
  private void limited(int number, Optional<Duration> age) {
    host.there(running(number, Duration.ofSeconds(30)), new Inspection.Running(age));
  }

  @Test
  void an_orphan_over_its_time_limit_is_ended_and_timed_out() {
    limited(1, Optional.of(Duration.ofSeconds(30)));
    host.afterTimeOut =
        new Inspection.Exited(
            new TimedOut(Duration.ofSeconds(30), PRINTED, ""), NOON.plusSeconds(31));

    registry.reconcile();

    assertThat(host.database.get(id(1)).status()).isEqualTo(RunStatus.TIMEOUT);
    assertThat(host.calls)
        .startsWith("terminate TIME_LIMIT", "terminate ENDED", "end timeout", "save timeout");
  }

  @Test
  void an_orphan_that_cannot_be_ended_is_tried_once_each_time() {
    limited(1, Optional.of(Duration.ofSeconds(30)));
    host.afterTimeOut = new Inspection.Running(Optional.of(Duration.ofSeconds(41)));

    Reconciliation found = registry.reconcile();

    assertThat(found.findings().get(0).message()).contains("could not be terminated");
    assertThat(host.calls).containsExactly("terminate TIME_LIMIT", "unlock");
  }

  @Test
  void what_somebody_settled_meanwhile_is_no_finding() {
    host.archivedMeanwhile = true;
    host.there(1, ended(1));

    assertThat(registry.reconcile().findings()).isEmpty();
    assertThat(host.calls).containsExactly("unlock");
  }

  @Test
  void an_ending_that_is_on_record_already_stays_and_another_one_is_refused_and_reported() {
    Run before = running(1).finish(new Exited(0, PRINTED), NOON.plusSeconds(1));
    host.database.put(id(1), before);
    host.there(1, ended(1));

    assertThat(registry.reconcile().count(Action.SUPERSEDED)).isEqualTo(1);

    assertThat(host.database).containsEntry(id(1), before);
    assertThat(host.calls).contains("archive");
  }

  @Test
  void a_run_that_the_database_holds_for_another_one_is_kept_and_reported() {
    host.database.put(id(1), running(1));
    host.staleAlways = true;
    host.there(1, ended(1));

    assertThat(registry.reconcile().count(Action.FAILED)).isEqualTo(1);
    assertThat(host.calls).doesNotContain("archive");
  }

  @Test
  void while_the_database_is_away_it_is_asked_once_and_every_ending_is_noted() {
    host.away = true;
    IntStream.range(1, 20)
        .forEach(number -> host.there(number, new Inspection.Exited(new Exited(0, PRINTED), NOON)));

    Reconciliation found = registry.reconcile();

    assertThat(found.count(Action.DEFERRED)).isEqualTo(19);
    assertThat(found.isIncomplete()).isTrue();
    assertThat(host.calls).filteredOn("save completed"::equals).hasSize(1);
    assertThat(host.calls).filteredOn("end completed"::equals).hasSize(19);
    assertThat(host.calls).doesNotContain("archive").filteredOn("unlock"::equals).hasSize(19);
  }

  @Test
  void one_run_that_the_database_refuses_does_not_keep_the_others_waiting() {
    host.refused.add(id(1));
    host.there(1, ended(1));
    host.there(2, ended(2));

    Reconciliation found = registry.reconcile();

    assertThat(found.findings())
        .extracting(ReconciledRun::action)
        .containsExactly(Action.FAILED, Action.RECORDED);
    assertThat(host.database).containsKey(id(2));
  }

  @Test
  void an_ending_that_cannot_be_journaled_is_on_record_and_stays_active() {
    host.failing.add("end failed");
    host.there(1, new Inspection.Lost("?", PRINTED));
    host.there(2, ended(2));

    Reconciliation found = registry.reconcile();

    assertThat(found.findings())
        .extracting(ReconciledRun::action)
        .containsExactly(Action.RECORDED, Action.RECORDED);
    assertThat(host.database).containsOnlyKeys(id(1), id(2));
    assertThat(host.entries).containsOnlyKeys(id(1));
  }

  @Test
  void runs_are_settled_in_the_order_of_the_journal() {
    host.there(2, ended(2));
    host.there(1, ended(1));

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::name)
        .containsExactly(id(2).toString(), id(1).toString());
  }

  @Test
  void what_is_damaged_is_set_aside_and_no_longer_running_on_record() {
    host.database.put(id(1), running(1));
    host.there(1, new JournalEntry.Corrupt("run.json: not JSON"));
    host.there(2, new JournalEntry.Corrupt("there is no run.json"));

    Reconciliation found = registry.reconcile();

    assertThat(found.count(Action.QUARANTINED)).isEqualTo(2);
    assertThat(found.findings().get(0).message())
        .isEqualTo("Damaged: run.json: not JSON; moved to aside/" + id(1));
    assertThat(host.aside).containsExactly(id(1).toString(), id(2).toString());
    assertThat(host.database.get(id(1)).message())
        .isEqualTo("Lost: its journal file on this host is damaged");
    assertThat(host.database).doesNotContainKey(id(2));
  }

  @Test
  void a_damaged_run_stays_where_it_is_while_its_processes_live() {
    host.database.put(id(1), running(1));
    host.there(1, new JournalEntry.Corrupt("run.json: not JSON"));
    host.alive.add(id(1));

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(
                Action.FAILED, "Cannot be recovered: run.json: not JSON, and its processes live"));
    assertThat(host.aside).isEmpty();
    assertThat(host.database).containsEntry(id(1), running(1));
  }

  @Test
  void a_run_of_an_executor_that_is_not_configured_is_left_alone_and_reported() {
    Run foreign = Run.started(id(1), Samples.local().toSpec(id(1)), "slurm", NOON);
    host.there(foreign, new Inspection.Lost("?", PRINTED));

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::action, ReconciledRun::message)
        .containsExactly(tuple(Action.SKIPPED, "Its executor is not configured here: slurm"));
    assertThat(host.calls).containsExactly("unlock");
  }

  @Test
  void a_run_that_changed_the_executor_in_its_entry_does_not_stay_running_for_ever() {
    host.database.put(id(1), running(1));
    host.there(
        Run.started(id(1), Samples.local().toSpec(id(1)), "none", NOON),
        new Inspection.Lost("?", PRINTED));

    assertThat(registry.reconcile().count(Action.QUARANTINED)).isEqualTo(1);

    assertThat(host.database.get(id(1)).status()).isEqualTo(RunStatus.FAILED);
    assertThat(host.aside).containsExactly(id(1).toString());
  }

  @Test
  void a_run_that_changed_its_request_in_its_entry_ends_as_it_was_requested() {
    host.database.put(id(1), running(1));
    host.there(
        Run.started(
            id(1),
            RunRequest.command(new DatasetKey("other"), "m", List.of("false")).toSpec(id(1)),
            "process",
            NOON),
        new Inspection.Exited(new Exited(3, PRINTED), NOON.plusSeconds(9)));

    ReconciledRun found = registry.reconcile().findings().get(0);

    assertThat(found.action()).isEqualTo(Action.RECORDED);
    assertThat(host.database.get(id(1)))
        .isEqualTo(running(1).finish(new Exited(3, PRINTED), NOON.plusSeconds(9)));
    assertThat(registry.reconcile().findings()).isEmpty();
  }

  @Test
  void a_run_that_made_its_entry_that_of_a_dry_run_does_not_stay_running_for_ever() {
    host.database.put(id(1), running(1));
    host.there(
        Run.started(id(1), Samples.dryRun().toSpec(id(1)), "process", NOON),
        new Inspection.Exited(new DryRunPassed("fine"), NOON.plusSeconds(9)));

    assertThat(registry.reconcile().count(Action.RECORDED)).isEqualTo(1);

    assertThat(host.database.get(id(1)).reason()).isEqualTo(RunReason.LOST);
  }

  @Test
  void a_damaged_run_stays_where_it_is_while_the_database_is_away() {
    host.away = true;
    host.there(1, new JournalEntry.Corrupt("run.json: not JSON"));

    assertThat(registry.reconcile().count(Action.FAILED)).isEqualTo(1);
    assertThat(host.aside).isEmpty();
  }

  @Test
  void what_is_no_run_is_set_aside_and_named() {
    host.foreign.addAll(List.of("notes.txt", "stuck"));
    host.failing.add("set aside stuck");

    Reconciliation found = registry.reconcile();

    assertThat(host.aside).containsExactly("notes.txt");
    assertThat(found.findings())
        .extracting(ReconciledRun::action)
        .containsExactly(Action.QUARANTINED, Action.FAILED);
    assertThat(found.findings().get(0).message())
        .isEqualTo("Not a run directory; moved to aside/notes.txt");
  }

  @Test
  void a_second_reconcile_changes_nothing() {
    host.there(1, ended(1));
    registry.reconcile();
    Map<RunId, Run> before = Map.copyOf(host.database);
    host.there(1, ended(1)); // as if settling had not become durable

    registry.reconcile();

    assertThat(host.database).isEqualTo(before);
  }

  @Test
  void an_ending_that_could_be_written_nowhere_is_kept_with_its_claim_until_it_can_be() {
    host.away = true;
    host.failing.add("end completed");

    Run run = registry.submit(Samples.local());
    registry.reconcile();
    assertThat(host.calls).as("nobody else may take it for lost").doesNotContain("unlock");

    host.away = false;
    host.failing.clear();
    registry.reconcile();

    assertThat(host.database).containsEntry(id(99), run);
    assertThat(host.calls).endsWith("end completed", "save completed", "archive", "unlock");
  }

  @Test
  void an_error_in_an_adapter_leaves_a_lost_run_and_no_claim() {
    host.error = new StackOverflowError();

    Run run = registry.submit(Samples.local());

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.completedAt()).isNull();
    assertThat(host.database).containsEntry(id(99), run);
    assertThat(host.calls).endsWith("archive", "unlock");
  }

  @Test
  void only_a_run_that_ended_is_ended() {
    assertThatIllegalArgumentException().isThrownBy(() -> new JournalEntry.Ended(running(1)));
  }

  @Test
  void a_reconciler_comes_back_soon_while_all_is_well_and_later_and_later_while_it_is_not() {
    ReconcileBackoff reconciler =
        new ReconcileBackoff(registry, Duration.ofSeconds(2), Duration.ofSeconds(7));
    assertThat(reconciler.reconcile()).hasSeconds(2);
    host.there(1, ended(1));
    host.away = true;

    assertThat(
            List.of(
                reconciler.reconcile(),
                reconciler.reconcile(),
                reconciler.reconcile(),
                reconciler.reconcile()))
        .extracting(Duration::toSeconds)
        .containsExactly(2L, 4L, 7L, 7L);
    assertThat(reconciler.last().count(Action.DEFERRED)).isEqualTo(1);

    host.away = false;
    assertThat(reconciler.reconcile()).hasSeconds(2);
    assertThat(reconciler.last().count(Action.RECORDED)).isEqualTo(1);
  }

  @Test
  void a_reconciler_outlives_a_journal_that_cannot_be_listed() {
    ReconcileBackoff reconciler =
        new ReconcileBackoff(registry, Duration.ofSeconds(2), Duration.ofSeconds(7));
    host.failing.add("active");

    assertThat(reconciler.reconcile()).hasSeconds(2);
    assertThat(reconciler.reconcile()).hasSeconds(4);
    assertThat(reconciler.last().findings()).isEmpty();
  }

  private static DatabaseIdentity identity(String file, int id) {
    return new DatabaseIdentity("jdbc:sqlite:/" + file, Optional.of(new UUID(7, id)));
  }

  private static Inspection orphaned() {
    return new Inspection.Running(Optional.empty());
  }

  @Test
  void a_command_with_a_copy_of_the_database_leaves_the_run_to_the_database_it_is_recorded_in() {
    host.there(1, ended(1));
    host.there(2, new Inspection.Lost("the host restarted", PRINTED));
    host.databases.put(id(1), identity("registry.db", 1));
    host.databases.put(id(2), new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.empty()));
    host.here = identity("copy.db", 1);

    Reconciliation found = registry.reconcile();

    assertThat(host.calls).containsOnly("unlock");
    assertThat(found.isIncomplete()).isFalse();
    assertThat(found.findings())
        .extracting(ReconciledRun::action, ReconciledRun::message)
        .containsOnly(
            tuple(
                Action.SKIPPED,
                "Recorded in jdbc:sqlite:/registry.db; use --db jdbc:sqlite:/registry.db or"
                    + " reconcile --adopt"));
  }

  @Test
  void a_database_that_was_created_anew_at_the_same_address_gets_no_run_of_the_one_before_it() {
    host.there(1, ended(1));
    host.databases.put(id(1), identity("registry.db", 1));
    host.here = identity("registry.db", 2);

    assertThat(registry.reconcile().findings())
        .extracting(ReconciledRun::message)
        .containsExactly(
            "Recorded in another database that was at jdbc:sqlite:/registry.db; restore it or use"
                + " reconcile --adopt");
    assertThat(host.calls).containsOnly("unlock");
  }

  @Test
  void a_database_that_is_created_anew_while_a_run_is_saved_does_not_settle_the_run() {
    host.there(1, ended(1));
    host.databases.put(id(1), identity("registry.db", 1));
    host.here = identity("registry.db", 1);
    host.whileSaving = () -> host.here = identity("registry.db", 2);

    assertThat(registry.reconcile().count(Action.DEFERRED)).isEqualTo(1);

    assertThat(host.calls).doesNotContain("archive");
  }

  @Test
  void nothing_is_saved_in_a_database_whose_id_is_not_known() {
    host.there(1, new Inspection.Exited(new Exited(7, PRINTED), NOON));
    host.databases.put(id(1), identity("registry.db", 1));
    host.here = new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.empty());
    host.away = true;

    assertThat(registry.reconcile().count(Action.DEFERRED)).isEqualTo(1);

    assertThat(host.calls)
        .as("the ending is noted")
        .containsExactly("terminate ENDED", "end failed", "unlock");
  }

  @Test
  void which_database_a_run_belongs_to_cannot_be_read_so_nothing_is_done() {
    host.there(1, ended(1));
    host.failing.add("database");

    assertThat(registry.reconcile().count(Action.FAILED)).isEqualTo(1);

    assertThat(host.calls).containsOnly("unlock");
  }

  @Test
  void adopted_runs_are_recorded_in_this_database() {
    host.there(1, ended(1));
    host.there(2, orphaned());
    host.there(3, new Inspection.NotVisible("elsewhere"));
    host.there(4, new Inspection.NotVisible("the process 12"));
    for (int number = 1; number <= 4; number++) {
      host.databases.put(id(number), identity("registry.db", 1));
    }
    host.here = identity("moved.db", 1);

    registry.adopt();

    assertThat(host.database).containsOnlyKeys(id(1), id(2));
    assertThat(host.databases)
        .containsEntry(id(1), host.here)
        .containsEntry(id(2), host.here)
        .containsEntry(id(3), identity("registry.db", 1))
        .containsEntry(id(4), identity("registry.db", 1));
  }

  @Test
  void nothing_is_adopted_while_the_database_is_away() {
    host.there(1, ended(1));
    host.databases.put(id(1), identity("registry.db", 1));
    host.here = new DatabaseIdentity("jdbc:sqlite:/moved.db", Optional.empty());
    host.away = true;

    assertThat(registry.adopt().count(Action.DEFERRED)).isEqualTo(1);

    assertThat(host.databases).containsEntry(id(1), identity("registry.db", 1));
  }

  @Test
  void archived_runs_that_a_restored_database_does_not_have_are_recorded_as_they_ended() {
    host.here = identity("registry.db", 1);
    for (int number = 1; number <= 3; number++) {
      host.archive(number, host.here);
    }
    host.database.put(id(1), ended(1).run());
    host.database.put(id(2), running(2)); // as the backup has it

    assertThat(registry.replayArchive(false).findings())
        .extracting(ReconciledRun::name, ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(id(2).toString(), Action.RECORDED, "Failed with exit code 3"),
            tuple(id(3).toString(), Action.RECORDED, "Failed with exit code 3"));
    assertThat(host.database)
        .containsEntry(id(2), ended(2).run())
        .containsEntry(id(3), ended(3).run());
    assertThat(registry.replayArchive(false).findings()).isEmpty();
  }

  @Test
  void a_finished_record_stays_as_it_is_whatever_the_archive_has() {
    Run other = running(1).finish(new Exited(0, PRINTED), NOON.plusSeconds(9));
    host.archive(1, DatabaseIdentity.UNKNOWN);
    host.database.put(id(1), other);

    assertThat(registry.replayArchive(true).findings()).isEmpty();

    assertThat(host.database).containsEntry(id(1), other);
  }

  @Test
  void a_database_created_anew_at_the_same_address_gets_the_archived_runs_of_the_old_one() {
    host.archive(1, identity("registry.db", 1));
    host.archive(2, DatabaseIdentity.UNKNOWN);
    host.here = identity("registry.db", 2);

    assertThat(registry.replayArchive(false).count(Action.RECORDED)).isEqualTo(2);
  }

  @Test
  void archived_runs_of_a_database_elsewhere_are_left_alone_unless_they_are_adopted() {
    host.archive(1, identity("other.db", 1));
    host.here = identity("registry.db", 2);

    assertThat(registry.replayArchive(false).findings())
        .extracting(ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(
                Action.SKIPPED,
                "Recorded in jdbc:sqlite:/other.db; use --adopt to record it here too"));
    assertThat(host.database).isEmpty();
    assertThat(registry.replayArchive(true).count(Action.RECORDED)).isEqualTo(1);
  }

  @Test
  void an_archived_run_that_fails_keeps_no_other_from_being_recorded() {
    host.archive(1, DatabaseIdentity.UNKNOWN);
    host.archive(2, DatabaseIdentity.UNKNOWN);
    host.refused.add(id(1));

    Reconciliation found = registry.replayArchive(false);

    assertThat(found.findings())
        .extracting(ReconciledRun::name, ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(id(1).toString(), Action.FAILED, "Cannot be recorded again: no database"),
            tuple(id(2).toString(), Action.RECORDED, "Failed with exit code 3"));
    assertThat(found.isIncomplete()).isTrue();
  }

  @Test
  void while_the_database_is_away_only_one_archived_run_is_tried() {
    host.archive(1, DatabaseIdentity.UNKNOWN);
    host.archive(2, DatabaseIdentity.UNKNOWN);
    host.away = true;

    assertThat(registry.replayArchive(false).findings())
        .extracting(ReconciledRun::name)
        .containsExactly(id(1).toString());
  }

  @Test
  void a_run_that_goes_on_without_its_registry_and_is_on_no_list_is_put_on_record() {
    host.there(1, orphaned());
    host.here = identity("registry.db", 1);

    Reconciliation found = registry.reconcile();

    assertThat(host.database).containsEntry(id(1), running(1));
    assertThat(host.databases).containsEntry(id(1), host.here);
    assertThat(found.isIncomplete()).isFalse();
    host.calls.clear();
    registry.reconcile();
    assertThat(host.calls).as("once").containsOnly("unlock");
  }

  @Test
  void a_run_that_goes_on_and_could_not_be_put_on_record_waits_for_the_database() {
    host.there(1, orphaned());
    host.away = true;

    Reconciliation found = registry.reconcile();

    assertThat(found.isIncomplete()).isTrue();
    assertThat(found.findings())
        .extracting(ReconciledRun::action, ReconciledRun::message)
        .containsExactly(
            tuple(
                Action.DEFERRED,
                "Running; its registry has exited, and its start waits for the" + " database"));
  }

  @Test
  void a_run_that_goes_on_and_was_put_on_record_before_does_not_wait_for_the_database() {
    host.there(1, orphaned());
    host.databases.put(id(1), identity("registry.db", 1));
    host.here = identity("registry.db", 1);
    host.away = true;

    assertThat(registry.reconcile().isIncomplete()).isFalse();
  }

  @Test
  void pauses_that_are_no_range_are_refused() {
    for (List<Integer> range : List.of(List.of(0, 1), List.of(-1, 1), List.of(2, 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  new ReconcileBackoff(
                      registry,
                      Duration.ofSeconds(range.get(0)),
                      Duration.ofSeconds(range.get(1))));
    }
  }

  /** A host and a database, in which everything is as the test says. */
  private static final class Host
      implements RunRepository, RunJournal, RunExecutor, DatasetCatalog {
    final Map<RunId, CancelRequest> requests = new ConcurrentHashMap<>();
    final Map<RunId, JournalEntry> entries = new LinkedHashMap<>();
    final Map<RunId, Inspection> inspections = new HashMap<>();
    final Map<RunId, Run> database = new HashMap<>();
    final Map<RunId, ArchivedRun> archive = new LinkedHashMap<>();
    final List<String> calls = new ArrayList<>();
    final List<String> foreign = new ArrayList<>();
    final List<String> aside = new ArrayList<>();
    final Set<String> failing = new HashSet<>();
    final Set<RunId> refused = new HashSet<>();
    final Set<RunId> alive = new HashSet<>();
    final Set<RunId> lockedByOthers = new HashSet<>();
    final Map<RunId, DatabaseIdentity> databases = new HashMap<>();
    DatabaseIdentity here = DatabaseIdentity.UNKNOWN;
    Runnable whileSaving = () -> {};
    Inspection afterTimeOut = new Inspection.NotVisible("nobody asked");
    boolean archivedMeanwhile;
    boolean away;
    boolean staleAlways;
    Error error;

    void there(int number, JournalEntry entry) {
      entries.put(id(number), entry);
    }

    void there(int number, Inspection found) {
      there(ReconcileTest.running(number), found);
    }

    void there(Run running, Inspection found) {
      entries.put(running.id(), new JournalEntry.Begun(running));
      inspections.put(running.id(), found);
    }

    void archive(int number, DatabaseIdentity database) {
      archive.put(id(number), new ArchivedRun(ReconcileTest.ended(number).run(), database));
    }

    @Override
    public List<RunId> archived() {
      return List.copyOf(archive.keySet());
    }

    @Override
    public Optional<ArchivedRun> archived(RunId id) {
      return Optional.ofNullable(archive.get(id));
    }

    private void call(String name) {
      calls.add(name);
      fail(name);
    }

    private void fail(String name) {
      if (failing.contains(name)) {
        throw new JournalException("no " + name, new IOException("No space left on device"));
      }
    }

    @Override
    public DatabaseIdentity identity() {
      return here;
    }

    @Override
    public void ping() {
      find(id(0));
    }

    @Override
    public DatabaseIdentity database(RunId id) {
      fail("database");
      return databases.getOrDefault(id, DatabaseIdentity.UNKNOWN);
    }

    @Override
    public void bind(RunId id, DatabaseIdentity database) {
      call("bind");
      databases.put(id, database);
    }

    @Override
    public void save(Run run) {
      calls.add("save " + run.status().text());
      whileSaving.run();
      if (away || refused.contains(run.id())) {
        throw new RepositoryException("no database", new IOException("Connection refused"));
      }
      Run stored = database.get(run.id());
      if (staleAlways
          || (stored != null && !stored.status().canBecome(run.status()) && !stored.equals(run))) {
        throw new StaleRunException("too late");
      }
      if (stored != null && !stored.spec().equals(run.spec())) { // as the triggers do
        throw new RepositoryException("what was asked for never changes", new IOException("23000"));
      }
      database.put(run.id(), run);
    }

    @Override
    public Optional<Run> find(RunId id) {
      if (away) {
        throw new RepositoryException("no database", new IOException("Connection refused"));
      }
      return Optional.ofNullable(database.get(id));
    }

    @Override
    public RunPage list(RunQuery query) {
      return new RunPage(List.of(), false);
    }

    @Override
    public List<RunId> findIds(RunIdPrefix prefix, int limit) {
      return List.of();
    }

    @Override
    public void submit(Run pending, String executor, DatabaseIdentity database) {
      throw new UnsupportedOperationException("no engine has a queue here");
    }

    @Override
    public void start(Run running) {
      throw new UnsupportedOperationException("no engine has a queue here");
    }

    @Override
    public List<RunId> findIds(RunIdSuffix suffix, int limit) {
      return List.of();
    }

    @Override
    public Set<RunId> neighbours(Collection<RunId> ids) {
      return Set.of();
    }

    @Override
    public void begin(Run running, DatabaseIdentity database) {
      entries.remove(running.id());
    }

    @Override
    public void withdraw(RunId id) {
      call("withdraw");
    }

    @Override
    public void discardStaged() {}

    @Override
    public void probe() {}

    @Override
    public int countAwaitingRepository(DatabaseIdentity database) {
      return 0;
    }

    @Override
    public Optional<Path> workspace(RunId id) {
      return Optional.of(Path.of(id.toString()));
    }

    @Override
    public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
      call("configure");
    }

    @Override
    public boolean requestCancel(RunId id, CancelRequest request) {
      requests.putIfAbsent(id, request);
      return true;
    }

    @Override
    public Optional<CancelRequest> cancelRequest(RunId id) {
      return Optional.ofNullable(requests.get(id));
    }

    @Override
    public void end(Run ended) {
      call("end " + ended.status().text());
      entries.put(ended.id(), new JournalEntry.Ended(ended));
    }

    @Override
    public void archive(RunId id) {
      call("archive");
      entries.remove(id);
    }

    @Override
    public List<RunId> active() {
      fail("active");
      return List.copyOf(entries.keySet());
    }

    @Override
    public List<String> unrecognized() {
      return List.copyOf(foreign);
    }

    @Override
    public boolean tryLock(RunId id) {
      return !lockedByOthers.contains(id);
    }

    @Override
    public void unlock(RunId id) {
      calls.add("unlock");
    }

    @Override
    public Optional<JournalEntry> read(RunId id) {
      return archivedMeanwhile ? Optional.empty() : Optional.ofNullable(entries.get(id));
    }

    @Override
    public Inspection inspect(Run running, Path workspace) {
      return inspections.get(running.id());
    }

    @Override
    public boolean isAlive(RunId id, Path workspace) {
      return alive.contains(id);
    }

    @Override
    public Inspection cancel(Run running, Path workspace, CancelRequest request) {
      call("cancel for " + request.user());
      return afterTimeOut;
    }

    @Override
    public void terminate(Run running, Path workspace, TerminationReason reason) {
      call("terminate " + reason);
      if (reason == TerminationReason.TIME_LIMIT) {
        inspections.put(running.id(), afterTimeOut);
      }
    }

    @Override
    public Optional<Path> log(Path workspace, LogStream stream) {
      return Optional.empty();
    }

    @Override
    public String quarantine(String name) {
      fail("set aside " + name);
      aside.add(name);
      return "aside/" + name;
    }

    @Override
    public String name() {
      return "process";
    }

    @Override
    public RuntimeStatus probe(List<String> command) {
      return new RuntimeStatus(true, null, "available");
    }

    @Override
    public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
      if (error != null) {
        throw error;
      }
      return ExecutionHandle.ended(new Exited(0, PRINTED));
    }

    @Override
    public Dataset find(DatasetKey key) {
      return new Dataset(key, "A", "1", 1, Path.of("dataset.jsonl").toAbsolutePath());
    }

    @Override
    public int validateRecords(Dataset dataset, int limit) {
      return limit;
    }

    @Override
    public DatasetPage list(String after, int limit) {
      throw new UnsupportedOperationException("no datasets");
    }
  }
}
