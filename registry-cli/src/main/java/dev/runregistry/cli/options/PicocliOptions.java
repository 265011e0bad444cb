package dev.runregistry.cli.options;

import java.util.List;
import picocli.CommandLine.ParseResult;

/**
 * Options as picocli has read them.
 *
 * @param parsed its result
 */
public record PicocliOptions(ParseResult parsed) implements OptionValues {
  @Override
  public boolean hasMatchedOption(String option) {
    return parsed.hasMatchedOption(option);
  }

  @Override
  public <T> T matchedOptionValue(String option, T otherwise) {
    return parsed.matchedOptionValue(option, otherwise);
  }

  @Override
  public List<String> unmatched() {
    return parsed.matchedPositionals().stream()
        .flatMap(stray -> stray.originalStringValues().stream())
        .toList();
  }
}
