package dev.runregistry.cli.options;

import java.util.List;

/**
 * The values of options, independent of the parser; the methods have the names of picocli's.
 * Options are named by their longest names.
 */
public interface OptionValues {
  /** Returns whether the option was given. */
  boolean hasMatchedOption(String option);

  /** Returns the value of the option; the other value if it was not given. */
  <T> T matchedOptionValue(String option, T otherwise);

  /** Returns the words that are neither an option nor the value of one, in their order. */
  List<String> unmatched();
}
