package dev.runregistry.cli.options;

import java.util.List;

/**
 * What options say, whoever has read them; its methods are called as those of picocli. Options are
 * named by their longest names.
 */
public interface OptionValues {
  /** Whether the option was given. */
  boolean hasMatchedOption(String option);

  /** What the option was given; the other value where it was not given. */
  <T> T matchedOptionValue(String option, T otherwise);

  /** What is neither an option nor the value of one, in its order. */
  List<String> strays();
}
