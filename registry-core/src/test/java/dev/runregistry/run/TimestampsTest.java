package dev.runregistry.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instants in the answers. */
class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000000Z",
    "2026-11-01T12:30:45.000007Z, 2026-11-01T12:30:45.000007Z",
    "2024-02-29T23:59:59.120Z, 2024-02-29T23:59:59.120000Z",
    "9999-12-31T23:59:59.999999Z, 9999-12-31T23:59:59.999999Z"
  })
  void a_time_has_six_digits_of_the_fraction_whatever_it_is(Instant at, String text) {
    assertThat(Timestamps.text(at)).isEqualTo(text);
  }
}
