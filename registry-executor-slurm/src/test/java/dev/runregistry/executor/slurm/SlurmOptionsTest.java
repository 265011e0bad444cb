package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmOptionsTest {
  private static SlurmOptions with(String option) {
    return new SlurmOptions(Map.of(), List.of(option), List.of());
  }

  @Test
  void a_job_gets_what_is_set_and_minutes_more_than_the_time_limit_of_its_run() {
    SlurmOptions options =
        new SlurmOptions(
            Map.of("partition", "gpu", "gpus", "2"), List.of("--constraint=a100"), List.of());

    assertThat(options.words(Optional.of(Duration.ofSeconds(90))))
        .containsExactly("--constraint=a100", "--partition=gpu", "--gpus=2", "--time=4");
    assertThat(SlurmOptions.NONE.words(Optional.empty())).isEmpty();
  }

  @Test
  void the_time_that_is_set_is_the_time_of_the_job() {
    SlurmOptions options = new SlurmOptions(Map.of("time", "1-00:00:00"), List.of(), List.of());

    assertThat(options.words(Optional.of(Duration.ofSeconds(90))))
        .containsExactly("--time=1-00:00:00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--job-name=x", "--job=x", "--wrap=x", "--arr=1-9", "--export=ALL", "-J", "x", ""})
  void an_option_that_would_change_what_is_started_or_how_it_is_found_is_refused(String option) {
    assertThatIllegalArgumentException().isThrownBy(() -> with(option));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb"})
  void a_value_that_is_none_is_refused(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlurmOptions(Map.of("mem", value), List.of(), List.of()));
  }

  @Test
  void an_unknown_setting_or_variable_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlurmOptions(Map.of("colour", "red"), List.of(), List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlurmOptions(Map.of(), List.of(), List.of("A,B")));
  }

  @Test
  void only_allowed_variables_are_exported() {
    SlurmOptions options = new SlurmOptions(Map.of(), List.of(), List.of("PATH", "MY_*"));

    assertThat(options.exported(Map.of("PATH", "/bin", "MY_A", "1", "TOKEN", "secret")))
        .isEqualTo(Map.of("PATH", "/bin", "MY_A", "1"));
  }
}
