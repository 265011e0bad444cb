package dev.runregistry.cli.list;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.LocalTimes;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the run that a person means: by its whole id, by a unique prefix or suffix of it with or
 * without hyphens, by its place among the newest runs ({@code @latest}, {@code @2}, {@code
 * @failed}), or, if that finds none, by a name that no other run has.
 */
public final class RunLookup {
  /** The description of an argument that this class reads. */
  public static final String HELP =
      "Run ID, unique prefix or suffix, or unique name; or @latest (or -), @2 (the one before), or"
          + " @failed and other statuses (the newest of these).";

  private static final String NOT_FOUND = "run_not_found";
  private static final int DIGITS = 32;
  private static final int LEAST_OF_SUFFIX = 4;
  private static final int CANDIDATES_SHOWN = 10;
  private static final int CANDIDATES_COUNTED = 1_000;
  private static final int COMMAND_COLUMNS = 60;
  private static final Set<String> LATEST = Set.of("latest", "last", "-", "@", "@latest", "@last");
  private static final Pattern NUMBER = Pattern.compile("@[1-9][0-9]{0,4}");

  private final RunRegistry registry;

  public RunLookup(RunRegistry registry) {
    this.registry = registry;
  }

  /** Returns whether the text is a whole id, which can be parsed without a registry. */
  public static boolean isWhole(String text) {
    try {
      RunId.parse(text.toLowerCase(Locale.ROOT));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * The id that is meant; one that is whole is not looked for.
   *
   * @throws UsageException if the text cannot mean a run
   * @throws CommandFailedException if no run is meant, or more than one
   */
  public RunId idOf(String text) {
    String word = text.toLowerCase(Locale.ROOT);
    if (LATEST.contains(word)) {
      return newest(RunQuery.all(), 1, text);
    }
    if (NUMBER.matcher(word).matches()) {
      return newest(RunQuery.all(), Integer.parseInt(word.substring(1)), text);
    }
    try {
      if (word.startsWith("@")) {
        RunQuery wanted = RunQuery.all().withStatus(StatusWord.parse(word.substring(1)));
        return newest(wanted, 1, text);
      }
      String digits = word.replace("-", "");
      if (digits.length() == DIGITS) {
        return RunId.parse(hyphenated(digits));
      }
      List<RunId> found = matches(digits);
      return only(text, found.isEmpty() ? named(text) : found);
    } catch (IllegalArgumentException e) {
      List<RunId> named = named(text);
      if (named.isEmpty()) {
        throw new UsageException(refusal(text), e);
      }
      return only(text, named);
    }
  }

  /** Returns the newest runs with that name. */
  private List<RunId> named(String text) {
    RunQuery query =
        RunQuery.all()
            .withFilter(RunFilter.NONE.withNames(Set.of(text)))
            .withLimit(RunQuery.MAX_LIMIT);
    return registry.list(query).runs().stream().map(RunSummary::id).toList();
  }

  private static String refusal(String text) {
    return "not a run ID: \"%s\" (expected a UUID, a unique prefix, suffix or name, @latest, @2 or @failed)"
        .formatted(TerminalText.truncate(TerminalText.line(text), COMMAND_COLUMNS));
  }

  private RunId newest(RunQuery query, int place, String text) {
    List<RunSummary> found = registry.list(query.withOffset(place - 1L).withLimit(1)).runs();
    if (found.isEmpty()) {
      throw new CommandFailedException(NOT_FOUND, "no run " + text, List.of());
    }
    return found.get(0).id();
  }

  /** A prefix comes first: to find a suffix, all ids have to be read. */
  private List<RunId> matches(String digits) {
    RunIdSuffix suffix = new RunIdSuffix(hyphenatedFromEnd(digits)); // checks the digits, too
    List<RunId> begun =
        registry.findIds(new RunIdPrefix(hyphenated(digits)), CANDIDATES_COUNTED + 1);
    return begun.isEmpty() && digits.length() >= LEAST_OF_SUFFIX
        ? registry.findIds(suffix, CANDIDATES_COUNTED + 1)
        : begun;
  }

  private static String hyphenated(String digits) {
    StringBuilder id = new StringBuilder(digits);
    for (int place : new int[] {8, 13, 18, 23}) {
      if (place < id.length()) {
        id.insert(place, '-');
      }
    }
    return id.toString();
  }

  private static String hyphenatedFromEnd(String digits) {
    String missing = "0".repeat(Math.max(0, DIGITS - digits.length()));
    String id = hyphenated(missing + digits);
    return id.substring(hyphenated(missing + "0").length() - 1);
  }

  private RunId only(String text, List<RunId> found) {
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.isEmpty()) {
      throw new CommandFailedException(NOT_FOUND, "no run " + text, List.of());
    }
    throw new CommandFailedException(
        "run_ambiguous",
        "run %s is ambiguous; it could be:".formatted(TerminalText.line(text)),
        candidates(found));
  }

  private List<String> candidates(List<RunId> found) {
    List<String> lines = new ArrayList<>();
    for (RunId id : found.subList(0, Math.min(found.size(), CANDIDATES_SHOWN))) {
      lines.add("  " + id + registry.find(id).map(RunLookup::description).orElse(""));
    }
    int more = found.size() - CANDIDATES_SHOWN;
    if (found.size() > CANDIDATES_COUNTED) {
      lines.add("  and %d or more others".formatted(more));
    } else if (more > 0) {
      lines.add("  and %d more".formatted(more));
    }
    return lines;
  }

  private static String description(Run run) {
    String command = CommandLineFormat.of(run.spec().command());
    return "  %-11s  %s  %s"
        .formatted(
            DisplayStatus.of(run.status(), run.reason()),
            LocalTimes.of(run.startedAt(), LocalZone.get()),
            command.isEmpty() ? "(dry run)" : TerminalText.truncate(command, COMMAND_COLUMNS));
  }
}
