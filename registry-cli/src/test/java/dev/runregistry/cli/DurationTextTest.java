package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "10s, PT10S",
    "5m, PT5M",
    "2h, PT2H",
    "1d, PT24H",
    "0s, PT0S",
    "9223372036854775807ms, PT2562047788015H12M55.807S"
  })
  void a_number_and_a_unit_are_a_duration(String text, Duration expected) {
    assertThat(DurationText.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "10 s", "-1s", "1.5h", "10S", "1w", "1h30m", "106751991168d", "٣s"})
  void anything_else_is_refused_with_what_is_allowed(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "not a duration: '%s'; write a whole number and a unit, such as 500ms, 10s, 5m, 2h or 1d",
            text);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0ms",
    "PT0.8505S, 850ms",
    "PT1S, 1.0s",
    "PT59.999S, 59.9s",
    "PT1M, 1m00s",
    "PT2M5S, 2m05s",
    "PT1H3M59S, 1h03m",
    "PT26H, 1d02h"
  })
  void a_duration_is_shown_in_its_two_largest_units(Duration duration, String expected) {
    assertThat(DurationText.of(duration)).isEqualTo(expected);
  }
}
