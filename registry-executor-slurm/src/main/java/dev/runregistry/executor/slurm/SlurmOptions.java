package dev.runregistry.executor.slurm;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a job asks of the cluster, and which variables it gets.
 *
 * @param values the values of the options of {@code sbatch}, by their names without dashes
 * @param more further options of {@code sbatch}, each {@code --name} or {@code --name=value}
 * @param exported names of variables that jobs get from the environment of their registry; {@code
 *     *} at the end of one stands for anything
 */
public record SlurmOptions(Map<String, String> values, List<String> more, List<String> exported) {
  /** The variables that a job gets unless others are set: the search path and the language. */
  public static final List<String> EXPORTED =
      List.of("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH");

  /** The options with a setting of their own. */
  public static final List<String> NAMES =
      List.of("partition", "account", "qos", "cpus-per-task", "mem", "gpus", "nodes", "time");

  private static final String EXPORT = "--export=";
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z0-9-]*(=[^\\p{Cntrl}]*)?");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*\\*?");

  /** Those that change what is started, where its output goes, how it is found, or whether. */
  private static final Set<String> OWN =
      Set.of(
          "--array",
          "--batch",
          "--chdir",
          "--clusters",
          "--comment",
          "--error",
          "--export",
          "--export-file",
          "--help",
          "--input",
          "--job-name",
          "--no-requeue",
          "--open-mode",
          "--output",
          "--parsable",
          "--requeue",
          "--test-only",
          "--uid",
          "--usage",
          "--version",
          "--wait",
          "--wrap");

  /** No request, and the default variables. */
  public static final SlurmOptions NONE = new SlurmOptions(Map.of(), List.of(), EXPORTED);

  /**
   * Copies and checks the values.
   *
   * @throws IllegalArgumentException if an option is unknown, or one that the registry sets itself;
   *     or a name is not that of a variable
   */
  public SlurmOptions {
    values = Map.copyOf(values);
    more = List.copyOf(more);
    exported = List.copyOf(exported);
    values.forEach(SlurmOptions::check);
    more.forEach(SlurmOptions::check);
    for (String name : exported) {
      if (!VARIABLE.matcher(name).matches()) {
        throw new IllegalArgumentException("not the name of a variable: " + name);
      }
    }
  }

  private static void check(String name, String value) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("not an option with a setting: " + name);
    }
    if (value.isBlank() || !OPTION.matcher("--" + name + "=" + value).matches()) {
      throw new IllegalArgumentException("not a value of --" + name + ": " + value);
    }
  }

  private static void check(String option) {
    if (!OPTION.matcher(option).matches()) {
      throw new IllegalArgumentException(
          "a Slurm option is --name or --name=value, with its long name: " + option);
    }
    String name = option.split("=", 2)[0];
    if (OWN.stream().anyMatch(own -> own.startsWith(name))) { // sbatch completes abbreviations
      throw new IllegalArgumentException("the registry sets this option itself: " + name);
    }
  }

  /** Returns all of this as words, for {@link #ofWords}. */
  public List<String> toWords() {
    List<String> words = words(Optional.empty());
    words.add(EXPORT + String.join(",", exported));
    return words;
  }

  /**
   * Returns the options that {@link #toWords} has written.
   *
   * @throws IllegalArgumentException if they are none
   */
  public static SlurmOptions ofWords(List<String> words) {
    List<String> more = words.stream().filter(word -> !word.startsWith(EXPORT)).toList();
    List<String> exported =
        words.stream()
            .filter(word -> word.startsWith(EXPORT))
            .flatMap(word -> Stream.of(word.substring(EXPORT.length()).split(",")))
            .filter(name -> !name.isEmpty())
            .toList();
    return new SlurmOptions(Map.of(), more, exported);
  }

  /**
   * Returns the options as {@code sbatch} takes them. Without a time of its own the job gets that
   * of the run and some minutes: the registry ends it before.
   */
  List<String> words(Optional<Duration> timeLimit) {
    List<String> words = new ArrayList<>(more);
    NAMES.stream()
        .filter(values::containsKey)
        .forEach(name -> words.add("--" + name + "=" + values.get(name)));
    if (words.stream().noneMatch(word -> word.startsWith("--time="))) {
      timeLimit.ifPresent(limit -> words.add("--time=" + backstop(limit)));
    }
    return words;
  }

  /** Returns whole minutes, as Slurm counts them. */
  private static long backstop(Duration limit) {
    return Math.min(limit.toMinutes(), Integer.MAX_VALUE / 60) + 3;
  }

  /** Returns those variables that jobs get. */
  Map<String, String> exported(Map<String, String> environment) {
    requireNonNull(environment, "environment");
    Map<String, String> found = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (exported.stream().anyMatch(pattern -> matches(pattern, name))) {
            found.put(name, value);
          }
        });
    return found;
  }

  private static boolean matches(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }
}
