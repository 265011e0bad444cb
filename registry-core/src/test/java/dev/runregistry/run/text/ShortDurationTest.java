package dev.runregistry.run.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortDurationTest {
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
    assertThat(ShortDuration.of(duration)).isEqualTo(expected);
  }
}
