package dev.runregistry.cli.runs;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.service.RunRegistry;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the run that a person means by the beginning of its id. */
public final class RunLookup {
  private static final int WHOLE = 36;
  private static final int CANDIDATES_SHOWN = 10;

  private final RunRegistry registry;

  public RunLookup(RunRegistry registry) {
    this.registry = registry;
  }

  /**
   * The id that is meant; one that is whole is not looked for.
   *
   * @throws UsageException if no id begins like this
   * @throws CommandFailedException if no run is meant, or more than one
   */
  public RunId idOf(String text) {
    try {
      if (text.length() == WHOLE) {
        return RunId.parse(text);
      }
      return only(text, registry.findIds(new RunIdPrefix(text), CANDIDATES_SHOWN + 1));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static RunId only(String text, List<RunId> found) {
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.isEmpty()) {
      throw new CommandFailedException("no run " + text);
    }
    String candidates =
        found.stream()
            .limit(CANDIDATES_SHOWN)
            .map(RunId::toString)
            .sorted()
            .collect(Collectors.joining(", "));
    throw new CommandFailedException(
        "more than one run begins with %s: %s%s"
            .formatted(text, candidates, found.size() > CANDIDATES_SHOWN ? ", …" : ""));
  }
}
