package dev.runregistry.run.query;

import dev.runregistry.run.RunStatus;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The numbers of the newest runs that meet a filter, by the day of their acceptance and by status.
 *
 * @param days the days with runs, the earliest first; each has the statuses of its runs, with
 *     positive numbers
 * @param isComplete whether all runs that meet the filter are counted
 */
public record RunHistogram(SortedMap<LocalDate, Map<RunStatus, Integer>> days, boolean isComplete) {
  /** Copies the numbers. */
  public RunHistogram {
    SortedMap<LocalDate, Map<RunStatus, Integer>> copy = new TreeMap<>();
    days.forEach((day, numbers) -> copy.put(day, Map.copyOf(numbers)));
    days = Collections.unmodifiableSortedMap(copy);
  }

  /** Counts the runs of the sample; a day begins and ends in that zone. */
  public static RunHistogram of(RunSample sample, ZoneId zone) {
    SortedMap<LocalDate, Map<RunStatus, Integer>> days = new TreeMap<>();
    for (RunSample.Entry run : sample.runs()) {
      days.computeIfAbsent(
              LocalDate.ofInstant(run.createdAt(), zone), day -> new EnumMap<>(RunStatus.class))
          .merge(run.status(), 1, Integer::sum);
    }
    return new RunHistogram(days, sample.isComplete());
  }

  /** Returns the number of runs that are counted. */
  public int count() {
    return days.values().stream()
        .flatMap(day -> day.values().stream())
        .mapToInt(Integer::intValue)
        .sum();
  }
}
