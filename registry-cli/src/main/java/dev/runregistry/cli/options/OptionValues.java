package dev.runregistry.cli.options;

import java.util.List;

/**
 * The values of options, independent of the parser; the methods have the names of picocli's.
 * Options are named by their longest names.
 */
public interface OptionValues {
  /** Whether the option was given. */
  boolean hasMatchedOption(String option);

  /** What the option was given; the other value where it was not given. */
  <T> T matchedOptionValue(String option, T otherwise);

  /** What is neither an option nor the value of one, in its order. */
  List<String> strays();
}
