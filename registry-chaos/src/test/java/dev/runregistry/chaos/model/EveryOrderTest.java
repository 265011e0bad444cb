package dev.runregistry.chaos.model;

import static dev.runregistry.chaos.model.Role.CANCEL;
import static dev.runregistry.chaos.model.Role.CANCEL_FROM_ELSEWHERE;
import static dev.runregistry.chaos.model.Role.DISPATCH;
import static dev.runregistry.chaos.model.Role.RECONCILE;
import static dev.runregistry.chaos.model.Role.RECONCILE_COPY;
import static dev.runregistry.chaos.model.Role.RUN;
import static dev.runregistry.chaos.model.Role.SUBMIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.model.World.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * The long form is run with {@code -Dchaos.scenarios=2000}: it has more processes at once, and
 * explores all states of the scenarios that have more than {@link #SHORT} of them.
 */
class EveryOrderTest {
  private static final String LONG = "[0-9]{3,}"; // from 100 on
  private static final int SHORT = 10_000;
  private static final Scenario ONE_RUN = Scenario.of(RUN, RECONCILE, RECONCILE);
  private static final Scenario LIMITED = ONE_RUN.withTimeLimit().withOutages(1);
  private static final Scenario WITH_COPY =
      Scenario.of(RUN, RECONCILE, RECONCILE_COPY).withOutages(1);
  private static final Scenario UNREADABLE = ONE_RUN.withFaults(Faults.of(1, 0));
  private static final Scenario DISK_FAILS = ONE_RUN.withFaults(Faults.of(0, 1));
  private static final Scenario CANCELLED = Scenario.of(RUN, CANCEL, RECONCILE);
  private static final Scenario SUBMITTED =
      Scenario.of(SUBMIT, DISPATCH, RECONCILE).withOutages(1).withoutKilledProcesses();
  private static final Scenario QUEUED = Scenario.of(DISPATCH, DISPATCH, RECONCILE).withWaiting(1);
  private static final Scenario TWO_QUEUED = QUEUED.withWaiting(2).withoutKilledProcesses();
  private static final Scenario WITH_LEFTOVERS =
      Scenario.of(DISPATCH, RECONCILE).withWaiting(2).withLeftovers().withoutKilledProcesses();
  private static final Scenario ONE_GPU =
      Scenario.of(DISPATCH, DISPATCH, RECONCILE)
          .withWaiting(2)
          .withOneGpu()
          .withLeftovers()
          .withoutKilledProcesses();
  private static final Scenario PAUSED = QUEUED.paused().withoutKilledProcesses();
  private static final Scenario CANCELLED_IN_QUEUE =
      Scenario.of(DISPATCH, CANCEL, RECONCILE).withWaiting(1);
  private static final Scenario CANCELLED_ELSEWHERE =
      Scenario.of(DISPATCH, CANCEL_FROM_ELSEWHERE, RECONCILE)
          .withWaiting(1)
          .withOutages(1)
          .withoutKilledProcesses();

  private static void assertNoFlaw(String what, Scenario scenario) {
    Model model = new Model(scenario, Mutation.NONE);

    boolean isLong = System.getProperty("chaos.scenarios", "").matches(LONG);
    assertThat(isLong ? model.firstFlaw() : model.firstFlaw(SHORT)).isEmpty();

    System.out.printf(
        "every order, %s: %d states%s, all end well%n",
        what, model.states(), model.isComplete() ? "" : " reached, not all of them explored");
    assertThat(model.states()).isGreaterThan(1_000);
  }

  @Test
  void from_every_state_that_can_be_reached_the_record_becomes_true_and_there_is_one() {
    assertNoFlaw("one run", ONE_RUN.withOutages(2));
  }

  @Test
  void also_when_a_run_comes_to_its_time_limit() {
    assertNoFlaw("time limit", LIMITED);
  }

  @Test
  void also_when_a_server_reconciles_its_own_runs() {
    assertNoFlaw("one server", LIMITED.inServer());
  }

  @Test
  void also_when_another_database_is_used_in_the_same_home() {
    assertNoFlaw("second database", WITH_COPY);
  }

  @Test
  void also_when_evidence_cannot_be_read() {
    assertNoFlaw("unreadable", UNREADABLE);
  }

  @Test
  void also_when_the_disk_fails_at_the_end_of_the_beginning() {
    assertNoFlaw("disk fails", DISK_FAILS);
  }

  @Test
  void also_when_a_run_is_cancelled_while_it_ends_or_comes_to_its_time_limit() {
    assertNoFlaw("cancelled", CANCELLED.withTimeLimit());
  }

  @Test
  void a_run_whose_submission_was_answered_ends_exactly_once() {
    assertNoFlaw("submitted", SUBMITTED);
  }

  @Test
  void a_run_whose_submission_the_disk_refused_is_recorded_nowhere() {
    assertNoFlaw("refused", SUBMITTED.withOutages(0).withFaults(Faults.of(0, 1)));
  }

  @Test
  void a_queued_run_starts_once_whatever_is_killed() {
    assertNoFlaw("queued", QUEUED);
  }

  @Test
  void a_queued_run_starts_once_when_its_server_reconciles() {
    assertNoFlaw("queue of a server", QUEUED.inServer().withoutKilledProcesses());
  }

  @Test
  void two_queued_runs_start_in_their_order_and_never_have_the_same_slot() {
    assertNoFlaw("two queued", TWO_QUEUED);
  }

  @Test
  void a_slot_is_free_only_when_the_processes_left_behind_are_gone() {
    assertNoFlaw("left behind", WITH_LEFTOVERS);
  }

  @Test
  void two_runs_that_need_the_only_gpu_never_have_it_at_once() {
    assertNoFlaw("one GPU", ONE_GPU);
  }

  @Test
  void nothing_starts_while_the_queue_is_paused() {
    assertNoFlaw("paused", PAUSED);
  }

  @Test
  void a_queued_run_that_is_cancelled_before_its_start_never_starts() {
    assertNoFlaw("cancelled in the queue", CANCELLED_IN_QUEUE);
  }

  @Test
  void a_run_is_cancelled_while_it_is_being_submitted() {
    assertNoFlaw(
        "cancelled at its submission",
        Scenario.of(SUBMIT, DISPATCH, CANCEL).withOutages(1).withoutKilledProcesses());
  }

  @Test
  void a_run_is_cancelled_by_another_host_through_the_database() {
    assertNoFlaw("cancelled from elsewhere", CANCELLED_ELSEWHERE);
  }

  @Test
  @EnabledIfSystemProperty(named = "chaos.scenarios", matches = LONG)
  void two_dispatchers_and_a_reconciler_with_a_cancel_and_a_time_limit() {
    assertNoFlaw(
        "cancelled between two dispatchers",
        Scenario.of(DISPATCH, CANCEL, RECONCILE, DISPATCH)
            .withWaiting(1)
            .withTimeLimit()
            .withoutKilledProcesses());
  }

  @Test
  @EnabledIfSystemProperty(named = "chaos.scenarios", matches = LONG)
  void a_run_with_everything_killed_an_outage_and_a_cancel_through_the_database() {
    assertNoFlaw(
        "cancelled from elsewhere, everything killed",
        Scenario.of(DISPATCH, CANCEL_FROM_ELSEWHERE, RECONCILE).withWaiting(1).withOutages(1));
  }

  @Test
  @EnabledIfSystemProperty(named = "chaos.scenarios", matches = LONG)
  void two_queued_runs_of_which_the_one_that_waits_is_cancelled() {
    assertNoFlaw(
        "two queued, one cancelled",
        Scenario.of(DISPATCH, CANCEL, RECONCILE).withWaiting(2).withoutKilledProcesses());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void a_registry_that_does_something_wrong_is_caught(Mutation mutation) {
    Scenario scenario =
        switch (mutation) {
          case SKIP_THE_DATABASE -> WITH_COPY;
          case UNREADABLE_IS_ABSENT -> UNREADABLE;
          case KEEP_WHAT_DID_NOT_BEGIN -> DISK_FAILS;
          case SUBMIT_BEFORE_DURABLE, RECORD_BEFORE_DURABLE -> SUBMITTED;
          case SKIP_THE_QUEUE_CLAIM,
              PUT_BACK_WHAT_WAS_STARTED,
              LIFT_THE_BARRIER_BEFORE_THE_WITHDRAWAL,
              IGNORE_THE_NUMBER_OF_THE_ATTEMPT,
              IGNORE_THE_WITHDRAWAL,
              FORGET_WHAT_IS_PUT_BACK ->
              QUEUED;
          case SKIP_THE_LOCK_OF_THE_DISPATCHER, IGNORE_THE_ORDER, HOLD_SLOTS_IN_MEMORY_ONLY ->
              TWO_QUEUED;
          case FREE_THE_SLOT_AT_THE_END_OF_THE_MAIN_PROCESS -> WITH_LEFTOVERS;
          case HOLD_GPUS_IN_MEMORY_ONLY, FREE_THE_GPU_AT_THE_END_OF_THE_MAIN_PROCESS -> ONE_GPU;
          case IGNORE_THE_PAUSE -> PAUSED;
          case SKIP_THE_LOCK_OF_WAITING_RUNS -> CANCELLED_IN_QUEUE;
          case FORGET_THE_CANCEL_FROM_ELSEWHERE -> CANCELLED_ELSEWHERE;
          case CANCEL_IN_MEMORY_ONLY,
              IGNORE_THE_CANCEL_MARK,
              CANCEL_OVER_AN_ENDING,
              TRUST_A_LATE_MARK,
              FORGET_THE_EARLIER_MARK,
              BELIEVE_A_MARK_BEFORE_THE_BARRIER,
              FORGET_THE_CANCEL_OF_A_DEAD_OWNER ->
              CANCELLED;
          default -> LIMITED;
        };

    assertThat(new Model(scenario, mutation).firstFlaw())
        .isPresent()
        .hasValueSatisfying(flaw -> System.out.println(mutation + ": " + flaw));
  }
}
