package dev.runregistry.run;

import static dev.runregistry.run.RunStatus.CANCELLED;
import static dev.runregistry.run.RunStatus.COMPLETED;
import static dev.runregistry.run.RunStatus.FAILED;
import static dev.runregistry.run.RunStatus.PENDING;
import static dev.runregistry.run.RunStatus.RUNNING;
import static dev.runregistry.run.RunStatus.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunStatusTest {
  private static final Map<RunStatus, Set<RunStatus>> LEGAL =
      Map.of(
          PENDING, EnumSet.of(RUNNING, FAILED, CANCELLED),
          RUNNING, EnumSet.of(COMPLETED, FAILED, TIMEOUT, CANCELLED),
          COMPLETED, EnumSet.noneOf(RunStatus.class),
          FAILED, EnumSet.noneOf(RunStatus.class),
          TIMEOUT, EnumSet.noneOf(RunStatus.class),
          CANCELLED, EnumSet.noneOf(RunStatus.class));

  @ParameterizedTest
  @EnumSource
  void exactly_the_moves_of_the_design_are_legal(RunStatus from) {
    for (RunStatus to : RunStatus.values()) {
      assertThat(from.canBecome(to))
          .as("%s to %s", from, to)
          .isEqualTo(LEGAL.get(from).contains(to));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_status_is_final_when_nothing_follows(RunStatus status) {
    assertThat(status.isFinal()).isEqualTo(LEGAL.get(status).isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void predecessors_are_the_moves_read_backwards(RunStatus to) {
    for (RunStatus from : RunStatus.values()) {
      assertThat(to.predecessors().contains(from)).isEqualTo(from.canBecome(to));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PENDING, pending",
    "RUNNING, running",
    "COMPLETED, completed",
    "FAILED, failed",
    "TIMEOUT, timeout",
    "CANCELLED, cancelled"
  })
  void statuses_are_written_as_the_contract_has_them(RunStatus status, String text) {
    assertThat(status.text()).isEqualTo(text);
    assertThat(RunStatus.parse(text)).isEqualTo(status);
  }

  @Test
  void an_unknown_status_is_refused_with_all_that_are_allowed() {
    assertThatThrownBy(() -> RunStatus.parse("done"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no status \"done\"; allowed are pending, running, completed, failed, timeout, cancelled");
  }

  @ParameterizedTest
  @CsvSource({"DRY_RUN, dry-run", "LOCAL, local"})
  void modes_are_written_as_the_contract_has_them(RunMode mode, String text) {
    assertThat(mode.text()).isEqualTo(text);
    assertThat(RunMode.parse(text)).isEqualTo(mode);
  }

  @Test
  void an_unknown_mode_is_refused_with_all_that_are_allowed() {
    assertThatThrownBy(() -> RunMode.parse("dry_run"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no mode \"dry_run\"; allowed are dry-run, local");
  }
}
