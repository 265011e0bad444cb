package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.text.Durations;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "10s, PT10S",
    "5m, PT5M",
    "2h, PT2H",
    "1d, PT24H",
    "0s, PT0S",
    "10, PT10S",
    "1.5, PT1.5S",
    "10min, PT10M",
    "90sec, PT1M30S",
    "1.5h, PT1H30M",
    "1h30m, PT1H30M",
    "2m05s, PT2M5S",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "4d06h, PT102H",
    "59.9s, PT59.9S",
    "9223372036854775807ms, PT2562047788015H12M55.807S"
  })
  void a_number_and_a_unit_are_a_duration(String text, Duration expected) {
    assertThat(Durations.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "10 s",
        "-1s",
        "10S",
        "1w",
        "1h30",
        "1.5h30m",
        "30m1h",
        "1h1h",
        "1.",
        ".5s",
        "1..5s",
        "s10",
        "106751991168d",
        "9223372036854775807d9223372036854775807h",
        "٣s",
        "1e3s"
      })
  void anything_else_is_refused_with_what_is_allowed(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "not a duration: '%s'; write a number and a unit, such as 500ms, 10s, 5m, 2h, 1d or 1h30m",
            text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PT0S", "PT0.85S", "PT1S", "PT59.9S", "PT1M", "PT2M5S", "PT1H37M", "PT102H"})
  void what_we_print_can_be_given_back(Duration duration) {
    assertThat(Durations.parse(Durations.of(duration))).isEqualTo(duration);
  }

  @Test
  void a_number_alone_can_be_refused() {
    assertThat(Durations.parseWithUnit("90d")).isEqualTo(Duration.ofDays(90));
    assertThatThrownBy(() -> Durations.parseWithUnit("90"))
        .hasMessageStartingWith("not a duration: '90'; write a number and a unit");
  }
}
