package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.ValidationError;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query, decoded strictly. For a repeated parameter with one value the last one
 * counts, as in FastAPI.
 */
public final class QueryParameters {
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<ValidationError> problems = new ArrayList<>();

  public QueryParameters(@Nullable String raw) {
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      put(decoded(name).orElse(name), equals < 0 ? "" : pair.substring(equals + 1));
    }
  }

  private void put(String name, String rawValue) {
    Optional<String> value = decoded(rawValue);
    value.ifPresentOrElse(
        text -> values.computeIfAbsent(name, first -> new ArrayList<>()).add(text),
        () -> wrong(name, "Value error, not UTF-8 in percent-encoding", "value_error"));
  }

  /** Returns the value; null if the parameter is absent. */
  @Nullable String get(String name) {
    List<String> all = values.get(name);
    return all == null ? null : all.get(all.size() - 1);
  }

  /** Returns the value; null if the parameter is absent or empty. */
  public @Nullable String filter(String name) {
    String value = get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /** Returns all values that are not empty, without repetitions; empty if there are too many. */
  List<String> filters(String name, int most) {
    List<String> all =
        values.getOrDefault(name, List.of()).stream()
            .filter(value -> !value.isEmpty())
            .distinct()
            .toList();
    if (all.size() > most) {
      wrong(name, "List should have at most " + most + " items", "too_long");
      return List.of();
    }
    return all;
  }

  /** Returns all values, each an integer within the range; empty if one is not. */
  List<Integer> integers(String name, int least, int most, int mostValues) {
    List<Integer> all = new ArrayList<>();
    for (String value : filters(name, mostValues)) {
      int before = problems.size();
      long number = integer(name, value, least, least, most, "");
      if (problems.size() > before) {
        return List.of();
      }
      all.add((int) number);
    }
    return all;
  }

  /** Reports the parameters with other names. */
  void refuseOthers(Set<String> names) {
    for (String name : values.keySet()) {
      if (!name.isEmpty() && !names.contains(name)) {
        wrong(
            name,
            "Extra inputs are not permitted; allowed are "
                + String.join(", ", new TreeSet<>(names)),
            "extra_forbidden");
      }
    }
  }

  /** Returns whether a parameter is invalid. */
  boolean isInvalid() {
    return !problems.isEmpty();
  }

  /** Returns an integer within the range; the default if absent or invalid. */
  public long integer(String name, long standard, long least, long most) {
    return integer(name, standard, least, most, "");
  }

  /** Returns the same; {@code instead} is appended to the message for a value that is too large. */
  public long integer(String name, long standard, long least, long most, String instead) {
    String value = get(name);
    return value == null ? standard : integer(name, value, standard, least, most, instead);
  }

  private long integer(
      String name, String value, long standard, long least, long most, String instead) {
    if (!value.matches("[+-]?[0-9]+")) {
      wrong(
          name,
          "Input should be a valid integer, unable to parse string as an integer",
          "int_parsing");
      return standard;
    }
    return inRange(name, standard, value, least, most, instead);
  }

  private long inRange(
      String name, long standard, String digits, long least, long most, String instead) {
    boolean negative = digits.startsWith("-");
    String bare = digits.replaceFirst("^[+-]?0*", "");
    boolean huge = bare.length() > 18; // any number of 18 digits fits into a long
    long number = huge ? Long.MAX_VALUE : bare.isEmpty() ? 0 : Long.parseLong(bare);
    if (negative ? -number < least : number < least) {
      wrong(name, "Input should be greater than or equal to " + least, "greater_than_equal");
    } else if (!negative && number > most) {
      wrong(name, "Input should be less than or equal to " + most + instead, "less_than_equal");
    } else {
      return negative ? -number : number;
    }
    return standard;
  }

  public void wrong(String name, String msg, String type) {
    problems.add(ValidationError.inQuery(shortened(name), msg, type));
  }

  public void wrong(ValidationError problem) {
    problems.add(problem);
  }

  private static String shortened(String name) {
    return name.length() <= 60 ? name : name.substring(0, 60) + "…";
  }

  /**
   * Throws if any parameter is invalid.
   *
   * @throws HttpProblem 422 with all problems, if there is one
   */
  public void throwIfInvalid() {
    if (!problems.isEmpty()) {
      throw HttpProblem.unprocessable(problems);
    }
  }

  /** Returns the percent-decoded text; empty if it is not valid UTF-8. */
  private static Optional<String> decoded(String raw) {
    byte[] in = raw.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        out.write(high << 4 | low);
        i += 2;
      } else {
        out.write(in[i] == '+' ? ' ' : in[i]);
      }
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
