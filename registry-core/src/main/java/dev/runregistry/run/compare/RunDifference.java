package dev.runregistry.run.compare;

import org.jspecify.annotations.Nullable;

/**
 * A field of two runs.
 *
 * @param field its name, words separated by blanks
 * @param one the text of its value; null if the first run has none
 * @param other null if the second run has none
 */
public record RunDifference(String field, @Nullable String one, @Nullable String other) {}
