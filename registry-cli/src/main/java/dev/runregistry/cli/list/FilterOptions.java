package dev.runregistry.cli.list;

import static java.util.Objects.requireNonNullElse;

import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.TagWords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select runs. All that are given apply; the values of one are alternatives. */
public final class FilterOptions {
  /** The heading of these options in the help of a command. */
  public static final String HEADING = "%nFilters:%n";

  @Option(
      names = {"-s", "--status"},
      paramLabel = "STATUS",
      description =
          "Only runs with one of these statuses, comma-separated: pending, running, completed,"
              + " failed, timeout, cancelled, or a unique prefix.")
  private @Nullable List<String> statuses;

  @Option(names = "--failed", description = "Short for --status failed.")
  private boolean failed;

  @Option(names = "--running", description = "Short for --status running.")
  private boolean running;

  @Option(
      names = {"--since", "--after"},
      paramLabel = "TIME",
      description =
          "Only runs of that time or later: a date (2026-11-24), a time (09:30), both"
              + " (2026-11-24T09:30), today, yesterday, a day of the week (tue), or a time ago"
              + " (2h, 3d, 1w); in local time.")
  private @Nullable String since;

  @Option(
      names = {"--until", "--before"},
      paramLabel = "TIME",
      description = "Only runs of that time or earlier; a day is included to its end.")
  private @Nullable String until;

  @Option(
      names = "--grep",
      paramLabel = "TEXT",
      description =
          "Only runs with this literal text in their command, name, model, dataset or message.")
  private @Nullable String text;

  @Option(
      names = {"-d", "--dataset"},
      paramLabel = "KEY",
      description = "Only runs of that dataset; repeatable.")
  private @Nullable List<String> datasets;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "Only runs of that model; repeatable.")
  private @Nullable List<String> models;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Only runs with exactly this name; repeatable.")
  private @Nullable List<String> names;

  @Option(
      names = "--tag",
      paramLabel = "KEY[=VALUE]",
      description =
          "Only runs with this tag, or with any tag of this key; repeatable: values of one key are"
              + " alternatives, different keys must all match.")
  private @Nullable List<String> tags;

  @Option(
      names = "--exit",
      paramLabel = "N",
      description = "Only runs with one of these exit codes, comma-separated.")
  private @Nullable List<String> exitCodes;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description =
          "Only runs that finished for one of these reasons, comma-separated: exited, signaled,"
              + " timed-out, cancelled, not-started, rejected, node-failed, out-of-memory,"
              + " ended-by-engine, lost.")
  private @Nullable List<String> reasons;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "Only runs of that mode: dry-run or local.")
  private @Nullable List<String> modes;

  @Option(
      names = "--executor",
      paramLabel = "NAME",
      description = "Only runs of that executor; repeatable.")
  private @Nullable List<String> executors;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "Only runs that were started on that host; repeatable.")
  private @Nullable List<String> hosts;

  /**
   * Returns the filter.
   *
   * @param now to which distances are relative
   * @throws UsageException if a value is not one
   */
  public RunFilter filter(Instant now) {
    TimeWords times = new TimeWords(now, LocalZone.get());
    RunFilter filter;
    try {
      filter =
          RunFilter.NONE
              .withStatuses(statuses())
              .withModes(each(modes, RunMode::parse))
              .withReasons(each(reasons, RunReason::parse))
              .withExitCodes(each(exitCodes, FilterOptions::exitCode))
              .withDatasetKeys(orNone(datasets))
              .withModelIds(orNone(models))
              .withExecutors(orNone(executors))
              .withHosts(orNone(hosts))
              .withNames(orNone(names))
              .withTags(TagWords.parse(orNone(tags)))
              .withText(text == null || text.isEmpty() ? null : text)
              .withCreated(
                  time("--since", since, times::start), time("--until", until, times::end));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    if (filter.since() != null
        && filter.until() != null
        && !filter.since().isBefore(filter.until())) {
      throw new UsageException("--until %s is before --since %s".formatted(until, since));
    }
    return filter;
  }

  private Set<RunStatus> statuses() {
    Set<RunStatus> all = EnumSet.noneOf(RunStatus.class);
    orNone(statuses).forEach(words -> all.addAll(StatusWord.parseAll(words)));
    if (failed) {
      all.add(RunStatus.FAILED);
    }
    if (running) {
      all.add(RunStatus.RUNNING);
    }
    return all;
  }

  private static <T> List<T> orNone(@Nullable List<T> given) {
    return requireNonNullElse(given, List.of());
  }

  private static <T> List<T> each(@Nullable List<String> given, Function<String, T> parser) {
    List<T> values = new ArrayList<>();
    for (String words : orNone(given)) {
      for (String word : words.split(",", -1)) {
        values.add(parser.apply(word.strip()));
      }
    }
    return values;
  }

  private static int exitCode(String text) {
    if (text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= 255) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("--exit must be 0 to 255: " + text);
  }

  private static @Nullable Instant time(
      String option, @Nullable String given, Function<String, Instant> reading) {
    try {
      return given == null ? null : reading.apply(given);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage(), e);
    }
  }
}
