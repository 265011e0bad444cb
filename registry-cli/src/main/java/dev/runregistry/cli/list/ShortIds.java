package dev.runregistry.cli.list;

import dev.runregistry.run.RunId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The shortest prefixes of ids that no other run of the database has. An id begins with its time in
 * milliseconds: a prefix that a run of the near future could have is too short as well.
 */
public final class ShortIds {
  private static final int LEAST = 8;
  private static final int TIME_DIGITS = 12;
  private static final int VERSION_PLACE = 14;

  private final int length;

  private ShortIds(int length) {
    this.length = length;
  }

  /** Returns whole ids. */
  public static ShortIds whole() {
    return new ShortIds(36);
  }

  /**
   * Returns prefixes of one length for some ids.
   *
   * @param neighbours the ids just before and after each of them in the database
   */
  public static ShortIds of(List<RunId> ids, Collection<RunId> neighbours, Instant now) {
    List<String> all =
        Stream.concat(ids.stream(), neighbours.stream())
            .map(RunId::toString)
            .distinct()
            .sorted()
            .toList();
    int longest = LEAST;
    for (int i = 1; i < all.size(); i++) {
      longest = Math.max(longest, common(all.get(i - 1), all.get(i)) + 1);
    }
    for (RunId id : ids) {
      longest = Math.max(longest, lengthOfPast(id, now));
    }
    // a hyphen at the end says nothing
    return new ShortIds(longest == 9 || longest == 14 || longest == 19 ? longest + 1 : longest);
  }

  private static int common(String one, String other) {
    int i = 0;
    while (i < one.length() && one.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }

  /** Returns the length of the prefix that no id of now or later has. */
  private static int lengthOfPast(RunId id, Instant now) {
    String text = id.toString();
    if (text.charAt(VERSION_PLACE) != '7') { // not made of a time
      return LEAST;
    }
    long made = Long.parseLong(text.substring(0, 8) + text.substring(9, 13), 16);
    int digits = LEAST;
    while (digits < TIME_DIGITS && slot(made, digits) >= slot(now.toEpochMilli(), digits)) {
      digits++;
    }
    return digits > LEAST ? digits + 1 : digits; // the hyphen
  }

  private static long slot(long millis, int digits) {
    return millis >> (4 * (TIME_DIGITS - digits));
  }

  /** Returns the prefix of one of the ids. */
  public String of(RunId id) {
    String text = id.toString();
    return text.substring(0, Math.min(length, text.length()));
  }
}
