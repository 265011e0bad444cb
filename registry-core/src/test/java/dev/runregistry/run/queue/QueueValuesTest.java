package dev.runregistry.run.queue;

import static dev.runregistry.run.Samples.ID;
import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RunId;
import dev.runregistry.run.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueValuesTest {
  private static final DatabaseIdentity UNBOUND =
      new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.empty());
  private static final DatabaseIdentity BOUND =
      new DatabaseIdentity(UNBOUND.address(), Optional.of(new UUID(7, 1)));

  @ParameterizedTest
  @CsvSource({"-100, 0", "100, 64", "0, 1"})
  void options_within_their_ranges_are_accepted(int priority, int gpus) {
    assertThat(new QueueOptions(priority, gpus)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "-101, 0, priority must be -100 to 100: -101",
    "101, 0, priority must be -100 to 100: 101",
    "0, -1, gpus must be 0 to 64: -1",
    "0, 65, gpus must be 0 to 64: 65"
  })
  void an_option_outside_its_range_is_named_with_the_range(int priority, int gpus, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueOptions(priority, gpus))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 0", "-1, 1"})
  void a_queue_has_a_slot_and_room_for_a_run(int slots, int max) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueLimits(slots, max, List.of()))
        .withMessage("slots and max must be at least 1: %d and %d", slots, max);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "'', 1"})
  void each_gpu_is_named_once(String one, String other) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueLimits(1, 1, List.of(one, other)))
        .withMessageContaining("each GPU must be named once");
  }

  @Test
  void a_queue_without_gpus_assigns_none() {
    assertThat(new QueueLimits(1, 1, List.of()).managesGpus()).isFalse();
    assertThat(new QueueLimits(1, 1, List.of("0")).managesGpus()).isTrue();
  }

  @Test
  void an_allocation_keeps_its_gpus_in_their_order() {
    List<String> gpus = new ArrayList<>(List.of("1", "0"));
    Allocation allocation = new Allocation(ID, gpus);
    gpus.clear();

    assertThat(allocation.gpus()).containsExactly("1", "0");
    assertThatNullPointerException().isThrownBy(() -> new Allocation(null, List.of()));
  }

  private static WaitingRun waiting(int number, int priority, int age) {
    return new WaitingRun(
        new RunId(new UUID(7, number)),
        new QueueOptions(priority, 0),
        NOON.minusSeconds(age),
        UNBOUND);
  }

  @Test
  void waiting_runs_are_ordered_by_priority_then_by_age_then_by_id() {
    WaitingRun high = waiting(9, 1, 0);
    WaitingRun old = waiting(8, 0, 60);
    WaitingRun first = waiting(1, 0, 0);
    WaitingRun second = waiting(2, 0, 0);
    WaitingRun low = waiting(0, -1, 600);

    assertThat(new TreeSet<>(List.of(low, second, first, old, high)))
        .containsExactly(high, old, first, second, low);
  }

  @Test
  void two_places_in_the_order_are_equal_whether_or_not_the_run_is_on_record() {
    WaitingRun before = waiting(1, 0, 0);
    WaitingRun after = new WaitingRun(before.id(), before.options(), before.queuedAt(), BOUND);

    assertThat(after).isEqualTo(before).hasSameHashCodeAs(before);
    assertThat(after.isRecorded()).isTrue();
    assertThat(before.isRecorded()).isFalse();
    assertThat(before).isNotEqualTo(waiting(2, 0, 0)).isNotEqualTo(before.id());
  }

  @Test
  void only_a_pending_run_is_in_a_queue() {
    assertThat(queued(UNBOUND).waiting())
        .isEqualTo(new WaitingRun(ID, QueueOptions.DEFAULT, NOON, UNBOUND));
    assertThat(queued(UNBOUND).isRecorded()).isFalse();
    assertThat(queued(BOUND).isRecorded()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new QueuedRun(
                    Samples.runningLocal(),
                    Samples.local().toInvocation(),
                    false,
                    QueueOptions.DEFAULT,
                    UNBOUND,
                    false))
        .withMessage("a queued run is pending, run %s is running", ID);
  }

  private static QueuedRun queued(DatabaseIdentity database) {
    return new QueuedRun(
        Samples.pendingLocal(),
        Samples.local().toInvocation(),
        false,
        QueueOptions.DEFAULT,
        database,
        false);
  }

  @Test
  void a_full_queue_names_its_limit_and_the_setting() {
    assertThat(new QueueFullException(7))
        .hasMessageContaining("7 runs")
        .hasMessageContaining("queue.max");
  }
}
