package dev.runregistry.run.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.RunStatus;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunHistogramTest {
  private static RunSample.Entry entry(String time, RunStatus status) {
    return new RunSample.Entry(Instant.parse(time), status);
  }

  @Test
  void runs_are_counted_by_the_day_of_the_zone_and_by_status() {
    RunSample sample =
        new RunSample(
            List.of(
                entry("2026-03-30T21:59:59.999999Z", RunStatus.FAILED),
                entry("2026-03-29T22:00:00Z", RunStatus.COMPLETED),
                entry("2026-03-29T21:59:59Z", RunStatus.COMPLETED),
                entry("2026-03-28T23:00:00Z", RunStatus.COMPLETED),
                entry("2026-03-28T22:59:59Z", RunStatus.RUNNING)),
            false);

    RunHistogram berlin = RunHistogram.of(sample, ZoneId.of("Europe/Berlin")); // summer time: 29th

    assertThat(berlin.days())
        .containsExactly(
            Map.entry(LocalDate.of(2026, 3, 28), Map.of(RunStatus.RUNNING, 1)),
            Map.entry(LocalDate.of(2026, 3, 29), Map.of(RunStatus.COMPLETED, 2)),
            Map.entry(
                LocalDate.of(2026, 3, 30), Map.of(RunStatus.COMPLETED, 1, RunStatus.FAILED, 1)));
    assertThat(berlin.count()).isEqualTo(5);
    assertThat(berlin.isComplete()).isFalse();
    assertThat(RunHistogram.of(sample, ZoneOffset.UTC).days()).hasSize(3);
  }

  @Test
  void nothing_has_no_days() {
    RunHistogram nothing = RunHistogram.of(new RunSample(List.of(), true), ZoneOffset.UTC);

    assertThat(nothing.days()).isEmpty();
    assertThat(nothing.count()).isZero();
  }
}
