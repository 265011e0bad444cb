package dev.runregistry.chaos.model;

import static org.assertj.core.api.Assertions.assertThat;

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

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void a_reconciler_that_does_something_wrong_is_caught(Mutation mutation) {
    Model model = new Model(mutation, 1, true, false);

    assertThat(model.firstFlaw())
        .isPresent()
        .hasValueSatisfying(flaw -> System.out.println(mutation + ": " + flaw));
  }
}
