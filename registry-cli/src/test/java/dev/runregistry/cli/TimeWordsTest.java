package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.cli.list.TimeWords;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWordsTest {
  /** A Sunday, 15:30 in Berlin. */
  private final TimeWords times =
      new TimeWords(Instant.parse("2026-11-29T14:30:00Z"), ZoneId.of("Europe/Berlin"));

  @ParameterizedTest
  @CsvSource({
    "2026-11-24, 2026-11-23T23:00:00Z, 2026-11-24T23:00:00Z",
    "2026-10-25, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z", // has 25 hours
    "today, 2026-11-28T23:00:00Z, 2026-11-29T23:00:00Z",
    "Yesterday, 2026-11-27T23:00:00Z, 2026-11-28T23:00:00Z",
    "sunday, 2026-11-28T23:00:00Z, 2026-11-29T23:00:00Z",
    "monday, 2026-11-22T23:00:00Z, 2026-11-23T23:00:00Z",
    "tue, 2026-11-23T23:00:00Z, 2026-11-24T23:00:00Z",
    "Sat, 2026-11-27T23:00:00Z, 2026-11-28T23:00:00Z",
    "09:30, 2026-11-29T08:30:00Z, 2026-11-29T08:31:00Z",
    "9:30, 2026-11-29T08:30:00Z, 2026-11-29T08:31:00Z",
    "09:30:15, 2026-11-29T08:30:15Z, 2026-11-29T08:30:16Z",
    "2026-11-24T09:30, 2026-11-24T08:30:00Z, 2026-11-24T08:31:00Z",
    "2026-11-24 09:30:15, 2026-11-24T08:30:15Z, 2026-11-24T08:30:16Z",
    "yesterday 14:00, 2026-11-28T13:00:00Z, 2026-11-28T13:01:00Z",
    "mon 9:00, 2026-11-23T08:00:00Z, 2026-11-23T08:01:00Z",
    "2026-11-24T09:30:00Z, 2026-11-24T09:30:00Z, 2026-11-24T09:30:01Z",
    "2026-11-24T09:30:00.5+01:00, 2026-11-24T08:30:00.500Z, 2026-11-24T08:30:00.500001Z",
    "2h, 2026-11-29T12:30:00Z, 2026-11-29T12:30:00.000001Z",
    "2h ago, 2026-11-29T12:30:00Z, 2026-11-29T12:30:00.000001Z",
    "3 days ago, 2026-11-26T14:30:00Z, 2026-11-26T14:30:00.000001Z",
    "90min, 2026-11-29T13:00:00Z, 2026-11-29T13:00:00.000001Z",
    "1h30m, 2026-11-29T13:00:00Z, 2026-11-29T13:00:00.000001Z",
    "1w, 2026-11-22T14:30:00Z, 2026-11-22T14:30:00.000001Z",
    "now, 2026-11-29T14:30:00Z, 2026-11-29T14:30:00.000001Z"
  })
  void a_time_has_a_beginning_and_an_end_in_the_zone_of_the_user(
      String text, Instant start, Instant end) {
    assertThat(times.start(text)).isEqualTo(start);
    assertThat(times.end(text)).isEqualTo(end);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "mo",
        "mondays",
        "2026-02-30",
        "2026-13-01",
        "26-11-24",
        "24:00",
        "9:60",
        "12",
        "2026-11-24T",
        "-2h",
        "2h 3",
        "tomorrow",
        "2026-11-24T09:30:00+99:00"
      })
  void what_is_no_time_is_refused_with_what_is(String text) {
    for (boolean end : new boolean[] {false, true}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> time(text, end))
          .withMessageStartingWith("not a time: '" + text + "'; write a date (2026-11-24), a time");
    }
  }

  @Test
  void what_is_before_any_run_or_after_all_is_the_first_or_the_last_time() {
    assertThat(times.start("99999999999d")).isEqualTo(Instant.EPOCH);
    assertThat(times.start("0001-01-01")).isEqualTo(Instant.EPOCH);
    TimeWords west = new TimeWords(Instant.EPOCH, ZoneId.of("America/New_York"));
    assertThat(west.end("9999-12-31")).isEqualTo("9999-12-31T23:59:59.999999Z");
  }

  private Instant time(String text, boolean end) {
    return end ? times.end(text) : times.start(text);
  }
}
