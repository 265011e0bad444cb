package dev.runregistry.run.query;

import static java.util.Collections.unmodifiableSortedMap;
import static java.util.Collections.unmodifiableSortedSet;

import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Text;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that every run of a list meets. The values of one condition are alternatives; an
 * empty set is no condition. Start with {@link #NONE}; the other methods return a copy with one
 * condition replaced.
 *
 * @param statuses in one of these statuses
 * @param modes of one of these modes
 * @param datasetKeys with exactly one of these data set keys, which need not be valid
 * @param modelIds with exactly one of these models
 * @param executors executed by one of these executors
 * @param hosts started on a host with exactly one of these names
 * @param reasons ended for one of these reasons
 * @param exitCodes ended with one of these exit codes
 * @param names with exactly one of these names
 * @param tags with a tag of each of these keys, and one of the values of the key; an empty set is
 *     any value
 * @param since accepted at this time or later; null for any
 * @param until accepted before this time; null for any
 * @param text contained, literally, in the command with blanks between its words, in the model, in
 *     the data set key, in the name or in the message; 1 to {@value #MAX_TEXT} characters, null for
 *     any
 */
public record RunFilter(
    Set<RunStatus> statuses,
    Set<RunMode> modes,
    Set<String> datasetKeys,
    Set<String> modelIds,
    Set<String> executors,
    Set<String> hosts,
    Set<RunReason> reasons,
    Set<Integer> exitCodes,
    Set<String> names,
    Map<String, Set<String>> tags,
    @Nullable Instant since,
    @Nullable Instant until,
    @Nullable String text) {

  /** The maximum length of a text in code points. */
  public static final int MAX_TEXT = 200;

  /** The maximum number of values of one condition. */
  public static final int MAX_VALUES = 50;

  /** No condition: all runs. */
  public static final RunFilter NONE =
      new RunFilter(
          Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(),
          Map.of(), null, null, null);

  /**
   * Copies and checks the values.
   *
   * @throws IllegalArgumentException if there are too many, or a text is not storable or too long
   */
  public RunFilter {
    statuses = copy("status", statuses);
    modes = copy("mode", modes);
    datasetKeys = storable("dataset_key", datasetKeys);
    modelIds = storable("model_id", modelIds);
    executors = storable("executor", executors);
    hosts = storable("host", hosts);
    reasons = copy("reason", reasons);
    exitCodes = copy("exit_code", exitCodes);
    names = storable("name", names);
    tags = storable(tags);
    if (text != null) {
      Text.require("text", text, MAX_TEXT);
    }
  }

  /** Copies in the natural order, so that equal filters have their values in the same order. */
  private static <T extends Comparable<T>> SortedSet<T> copy(String name, Collection<T> values) {
    SortedSet<T> sorted = new TreeSet<>(values);
    if (sorted.size() > MAX_VALUES) {
      throw new IllegalArgumentException(
          "%s must have at most %d values, has %d".formatted(name, MAX_VALUES, sorted.size()));
    }
    return unmodifiableSortedSet(sorted);
  }

  private static SortedSet<String> storable(String name, Collection<String> values) {
    values.forEach(value -> Text.requireStorable(name, value));
    return copy(name, values);
  }

  private static Map<String, Set<String>> storable(Map<String, Set<String>> tags) {
    SortedMap<String, Set<String>> sorted = new TreeMap<>();
    for (String key : storable("tag", tags.keySet())) {
      sorted.put(key, storable("tag " + Text.quote(key), tags.getOrDefault(key, Set.of())));
    }
    return unmodifiableSortedMap(sorted);
  }

  /**
   * Returns whether no single index leads to the runs that meet every condition, so that runs have
   * to be read one by one: with a text, and with several conditions beside the times. Each other
   * condition has an index in the order of creation, and a key of a tag is one condition.
   */
  public boolean isUnindexed() {
    boolean someModes = !modes.isEmpty() && modes.size() < RunMode.values().length;
    long conditions =
        Stream.of(statuses, datasetKeys, modelIds, executors, hosts, reasons, exitCodes, names)
                .filter(values -> !values.isEmpty())
                .count()
            + (someModes ? 1 : 0)
            + tags.size();
    return text != null || conditions > 1;
  }

  /** Returns whether the run meets every condition. */
  public boolean matches(RunSummary run) {
    return isOneOf(statuses, run.status())
        && isOneOf(modes, run.mode())
        && isOneOf(datasetKeys, run.datasetKey().value())
        && isOneOf(modelIds, run.modelId())
        && isOneOf(executors, run.executor())
        && isOneOf(hosts, run.host())
        && isOneOf(reasons, run.reason())
        && isOneOf(exitCodes, run.exitCode())
        && isOneOf(names, run.name())
        && hasTags(run.tags())
        && (since == null || !run.createdAt().isBefore(since))
        && (until == null || run.createdAt().isBefore(until))
        && (text == null || hasText(run, text));
  }

  private static <T> boolean isOneOf(Set<T> wanted, @Nullable T value) {
    return wanted.isEmpty() || (value != null && wanted.contains(value));
  }

  private boolean hasTags(Map<String, String> all) {
    return tags.entrySet().stream()
        .allMatch(
            wanted ->
                all.containsKey(wanted.getKey())
                    && isOneOf(wanted.getValue(), all.get(wanted.getKey())));
  }

  private static boolean hasText(RunSummary run, String text) {
    return String.join(" ", run.command()).contains(text)
        || run.modelId().contains(text)
        || run.datasetKey().value().contains(text)
        || (run.name() != null && run.name().contains(text))
        || run.message().contains(text);
  }

  /** Returns a copy for runs in one of these statuses. */
  public RunFilter withStatuses(Collection<RunStatus> wanted) {
    return with(copy -> copy.statuses = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs of one of these modes. */
  public RunFilter withModes(Collection<RunMode> wanted) {
    return with(copy -> copy.modes = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs of one of these data sets. */
  public RunFilter withDatasetKeys(Collection<String> wanted) {
    return with(copy -> copy.datasetKeys = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs of one of these models. */
  public RunFilter withModelIds(Collection<String> wanted) {
    return with(copy -> copy.modelIds = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs of one of these executors. */
  public RunFilter withExecutors(Collection<String> wanted) {
    return with(copy -> copy.executors = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs that were started on one of these hosts. */
  public RunFilter withHosts(Collection<String> wanted) {
    return with(copy -> copy.hosts = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs that ended for one of these reasons. */
  public RunFilter withReasons(Collection<RunReason> wanted) {
    return with(copy -> copy.reasons = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs that ended with one of these exit codes. */
  public RunFilter withExitCodes(Collection<Integer> wanted) {
    return with(copy -> copy.exitCodes = new TreeSet<>(wanted));
  }

  /** Returns a copy for runs with one of these names. */
  public RunFilter withNames(Collection<String> wanted) {
    return with(copy -> copy.names = new TreeSet<>(wanted));
  }

  /**
   * Returns a copy for runs with a tag of each of these keys, and one of the values of the key; an
   * empty set is any value.
   */
  public RunFilter withTags(Map<String, Set<String>> wanted) {
    return with(copy -> copy.tags = wanted);
  }

  /** Returns a copy for runs accepted in this time, half-open; null for no bound. */
  public RunFilter withCreated(@Nullable Instant from, @Nullable Instant before) {
    return with(
        copy -> {
          copy.since = from;
          copy.until = before;
        });
  }

  /** Returns a copy for runs with this text; null for any. */
  public RunFilter withText(@Nullable String wanted) {
    return with(copy -> copy.text = wanted);
  }

  private RunFilter with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return new RunFilter(
        copy.statuses,
        copy.modes,
        copy.datasetKeys,
        copy.modelIds,
        copy.executors,
        copy.hosts,
        copy.reasons,
        copy.exitCodes,
        copy.names,
        copy.tags,
        copy.since,
        copy.until,
        copy.text);
  }

  /** The components of a filter while one of them is replaced. */
  private static final class Copy {
    private Set<RunStatus> statuses;
    private Set<RunMode> modes;
    private Set<String> datasetKeys;
    private Set<String> modelIds;
    private Set<String> executors;
    private Set<String> hosts;
    private Set<RunReason> reasons;
    private Set<Integer> exitCodes;
    private Set<String> names;
    private Map<String, Set<String>> tags;
    private @Nullable Instant since;
    private @Nullable Instant until;
    private @Nullable String text;

    private Copy(RunFilter filter) {
      statuses = filter.statuses;
      modes = filter.modes;
      datasetKeys = filter.datasetKeys;
      modelIds = filter.modelIds;
      executors = filter.executors;
      hosts = filter.hosts;
      reasons = filter.reasons;
      exitCodes = filter.exitCodes;
      names = filter.names;
      tags = filter.tags;
      since = filter.since;
      until = filter.until;
      text = filter.text;
    }
  }
}
