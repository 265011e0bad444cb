package dev.runregistry.cli.list;

import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.run.RunStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Statuses as they are typed: in upper or lower case, or unique prefixes, comma-separated. */
public final class StatusWord {
  private static final Map<String, RunStatus> MEANT =
      Map.of(
          "error", RunStatus.FAILED,
          "errors", RunStatus.FAILED,
          "succeeded", RunStatus.COMPLETED,
          "success", RunStatus.COMPLETED,
          "ok", RunStatus.COMPLETED,
          "done", RunStatus.COMPLETED,
          "finished", RunStatus.COMPLETED,
          "timedout", RunStatus.TIMEOUT,
          "stopped", RunStatus.CANCELLED,
          "active", RunStatus.RUNNING);

  private static final String AMERICAN_CANCELLED = "canceled";

  private StatusWord() {}

  /**
   * Returns the statuses that are meant.
   *
   * @throws IllegalArgumentException if there is none; the message names all that are, or the one
   *     that is likely meant
   */
  public static List<RunStatus> parseAll(String text) {
    List<RunStatus> statuses = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      statuses.add(parse(word.strip()));
    }
    return statuses;
  }

  /**
   * Returns the status that is meant.
   *
   * @throws IllegalArgumentException if there is none; the message names all that are, or the one
   *     that is likely meant
   */
  public static RunStatus parse(String text) {
    String word = text.toLowerCase(Locale.ROOT);
    if (word.equals(AMERICAN_CANCELLED)) {
      return RunStatus.CANCELLED;
    }
    List<RunStatus> begun =
        Arrays.stream(RunStatus.values())
            .filter(status -> !word.isEmpty() && status.text().startsWith(word))
            .toList();
    if (begun.size() == 1) {
      return begun.get(0);
    }
    RunStatus meant = MEANT.get(word);
    if (meant != null) {
      throw new IllegalArgumentException(
          "no status \"%s\"; did you mean %s?".formatted(TerminalText.line(text), meant.text()));
    }
    return RunStatus.parse(text);
  }
}
