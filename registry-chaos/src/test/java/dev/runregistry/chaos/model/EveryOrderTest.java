package dev.runregistry.chaos.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.model.World.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class EveryOrderTest {
  @Test
  void from_every_state_that_can_be_reached_the_record_becomes_true_and_there_is_one() {
    Model model = new Model(Mutation.NONE, 2, false, false);

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order: " + model.states() + " states, all end well");
    assertThat(model.states()).isGreaterThan(10_000);
  }

  @Test
  void also_when_a_run_comes_to_its_time_limit() {
    Model model = new Model(Mutation.NONE, 1, true, false);

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order, time limit: " + model.states() + " states, all end well");
    assertThat(model.states()).isGreaterThan(10_000);
  }

  @Test
  void also_when_a_server_reconciles_its_own_runs() {
    Model model = new Model(Mutation.NONE, 1, true, true);

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order, one server: " + model.states() + " states, all end well");
    assertThat(model.states()).isGreaterThan(10_000);
  }

  @Test
  void also_when_another_database_is_used_in_the_same_home() {
    Model model = new Model(Mutation.NONE, 1, false, false, true, Faults.NONE);

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order, second database: " + model.states() + " states");
    assertThat(model.states()).isGreaterThan(10_000);
  }

  @Test
  void also_when_evidence_cannot_be_read() {
    Model model = new Model(Mutation.NONE, 0, false, false, false, Faults.of(1, 0));

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order, unreadable: " + model.states() + " states, all end well");
    assertThat(model.states()).isGreaterThan(10_000);
  }

  @Test
  void also_when_the_disk_fails_at_the_end_of_the_beginning() {
    Model model = new Model(Mutation.NONE, 0, false, false, false, Faults.of(0, 1));

    assertThat(model.firstFlaw()).isEmpty();

    System.out.println("every order, disk fails: " + model.states() + " states, all end well");
    assertThat(model.states()).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void a_reconciler_that_does_something_wrong_is_caught(Mutation mutation) {
    Model model =
        switch (mutation) {
          case SKIP_THE_DATABASE -> new Model(mutation, 1, false, false, true, Faults.NONE);
          case UNREADABLE_IS_ABSENT -> new Model(mutation, 0, false, false, false, Faults.of(1, 0));
          case KEEP_WHAT_DID_NOT_BEGIN ->
              new Model(mutation, 0, false, false, false, Faults.of(0, 1));
          default -> new Model(mutation, 1, true, false);
        };

    assertThat(model.firstFlaw())
        .isPresent()
        .hasValueSatisfying(flaw -> System.out.println(mutation + ": " + flaw));
  }
}
