package dev.runregistry.run.query;

import dev.runregistry.run.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The order of a list of runs. Runs that are equal in it are ordered by creation, then by id. */
public enum RunOrder {
  /** By time of acceptance, the newest first. */
  NEWEST_FIRST("-created_at"),
  /** By time of acceptance, the oldest first. */
  OLDEST_FIRST("created_at"),
  /** By time of start, the latest first. */
  LAST_STARTED_FIRST("-started_at"),
  /** By time of start, the earliest first. */
  FIRST_STARTED_FIRST("started_at"),
  /** By duration, the longest first; runs without a duration come last. */
  LONGEST_FIRST("-duration"),
  /** By duration, the shortest first; runs without a duration come last. */
  SHORTEST_FIRST("duration");

  private static final List<RunOrder> ALL = List.of(values());

  private final String text;

  RunOrder(String text) {
    this.text = text;
  }

  /** Returns the name used by HTTP and the command line: a field, after a hyphen if descending. */
  public String text() {
    return text;
  }

  /** Returns whether higher values come first. */
  public boolean isDescending() {
    return text.startsWith("-");
  }

  /** Returns whether this is the order of creation, in which pages can begin at a position. */
  public boolean isByCreation() {
    return this == NEWEST_FIRST || this == OLDEST_FIRST;
  }

  /** Returns the order by the same field in the other direction. */
  public RunOrder reversed() {
    String other = isDescending() ? text.substring(1) : "-" + text;
    return parse(other);
  }

  /**
   * Parses the output of {@link #text()}.
   *
   * @throws IllegalArgumentException if there is no such order; the message names all orders
   */
  public static RunOrder parse(String text) {
    return ALL.stream()
        .filter(order -> order.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no order %s; allowed are %s".formatted(Text.quote(text), allowed())));
  }

  private static String allowed() {
    return Arrays.stream(values()).map(RunOrder::text).collect(Collectors.joining(", "));
  }
}
