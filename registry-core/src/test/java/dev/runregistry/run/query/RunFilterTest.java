package dev.runregistry.run.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunFilterTest {
  private static final RunSummary FAILED =
      new RunSummary(
          Samples.ID,
          new DatasetKey("math-v1"),
          "gemma",
          RunMode.LOCAL,
          RunStatus.FAILED,
          "process",
          List.of("python", "train.py", "--lr", "1e-3"),
          "node7",
          3,
          RunReason.EXITED,
          "Failed with exit code 3",
          Samples.NOON,
          Samples.NOON,
          Duration.ofSeconds(1));
  private static final RunFilter ALL = RunFilter.NONE;

  @Test
  void each_condition_is_met_by_one_of_its_values_only() {
    assertThat(ALL.matches(FAILED)).isTrue();
    matches(
        ALL.withStatuses(List.of(RunStatus.TIMEOUT, RunStatus.FAILED)),
        ALL.withStatuses(List.of(RunStatus.TIMEOUT)));
    matches(ALL.withModes(List.of(RunMode.LOCAL)), ALL.withModes(List.of(RunMode.DRY_RUN)));
    matches(ALL.withDatasetKeys(List.of("none", "math-v1")), ALL.withDatasetKeys(List.of("math")));
    matches(ALL.withModelIds(List.of("gemma")), ALL.withModelIds(List.of("gemm")));
    matches(ALL.withExecutors(List.of("process")), ALL.withExecutors(List.of("slurm")));
    matches(ALL.withHosts(List.of("node7", "node8")), ALL.withHosts(List.of("node8")));
    matches(ALL.withReasons(List.of(RunReason.EXITED)), ALL.withReasons(List.of(RunReason.LOST)));
    matches(ALL.withExitCodes(List.of(3, 4)), ALL.withExitCodes(List.of(4)));
  }

  @Test
  void times_are_from_the_first_to_before_the_second() {
    matches(
        ALL.withCreated(Samples.NOON, Samples.NOON.plusNanos(1_000)),
        ALL.withCreated(Samples.NOON.plusNanos(1_000), null));
    matches(ALL.withCreated(null, null), ALL.withCreated(null, Samples.NOON));
  }

  @Test
  void a_text_is_found_in_command_model_data_set_and_message() {
    for (String text : List.of("train.py --lr", "emm", "th-v", "exit code 3")) {
      matches(ALL.withText(text), ALL.withText(text + "?"));
    }
  }

  @Test
  void all_conditions_apply() {
    RunFilter filter = ALL.withHosts(List.of("node7")).withExitCodes(List.of(3));
    matches(filter, filter.withStatuses(List.of(RunStatus.COMPLETED)));
    assertThat(filter.isUnindexed()).isTrue();
    assertThat(ALL.withHosts(List.of("node7")).isUnindexed()).isFalse();
  }

  private static void matches(RunFilter met, RunFilter unmet) {
    assertThat(met.matches(FAILED)).as("%s", met).isTrue();
    assertThat(unmet.matches(FAILED)).as("%s", unmet).isFalse();
  }

  @Test
  void a_suffix_of_an_id_is_hexadecimal_digits_with_the_hyphens_of_an_id() {
    assertThat(new RunIdSuffix("89AB").text()).isEqualTo("89ab");
    assertThat(new RunIdSuffix("8000-0123456789ab").text()).isEqualTo("8000-0123456789ab");
    for (String wrong : List.of("xyz", "80000123456789ab", "0-1", "0".repeat(37))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new RunIdSuffix(wrong));
    }
  }
}
