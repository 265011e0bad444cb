package dev.runregistry.http.internal.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.ValidationError;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.Text;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Extracts fields of a JSON object and collects all problems, so that they are reported at once.
 * Methods return a valid placeholder for an invalid field.
 *
 * <p>Types are strict, with one exception for compatibility with pydantic: an integer may be
 * written as {@code 3.0} or {@code 3e0}.
 */
public final class BodyValidator {
  /** Longer ones are none, and overflow. */
  private static final Duration LONGEST_LIMIT = Duration.ofDays(36_500);

  private static final DatasetKey PLACEHOLDER = DatasetKey.NONE;

  private static final int SHOWN = 60;

  private final JsonNode object;
  private final boolean complete;
  private final List<ValidationError> problems = new ArrayList<>();

  public BodyValidator(BodyReader.Known body) {
    object = body.values();
    complete = body.complete();
  }

  /**
   * Throws if any field is invalid.
   *
   * @throws HttpProblem 422 with all problems, if there is one
   */
  public void throwIfInvalid() {
    if (!problems.isEmpty()) {
      throw HttpProblem.unprocessable(problems);
    }
  }

  /** Returns a valid dataset name. */
  public DatasetKey datasetKey(String name) {
    String text = text(name, 256);
    try {
      return text.isEmpty() ? PLACEHOLDER : new DatasetKey(text);
    } catch (IllegalArgumentException e) { // its message quotes only the beginning of the value
      wrong(name, "Value error, " + e.getMessage(), "value_error");
      return PLACEHOLDER;
    }
  }

  /** Returns a text of 1 to {@code max} characters; empty if invalid. */
  public String text(String name, int max) {
    JsonNode value = object.get(name);
    if (value == null) {
      if (complete) {
        wrong(name, "Field required", "missing");
      }
      return "";
    }
    return checked(name, value, max).orElse("");
  }

  /** Returns the same as {@link #text}, but null for an absent field or null. */
  @Nullable String textOrNull(String name, int max) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : checked(name, value, max).orElse(null);
  }

  /** Returns the id of a run; null for an absent field, null, or if invalid. */
  @Nullable RunId runIdOrNull(String name) {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    try {
      return RunId.parse(value.isTextual() ? value.textValue() : "");
    } catch (IllegalArgumentException e) {
      wrong(name, "Input should be a valid UUID", "uuid_parsing");
      return null;
    }
  }

  /** Returns the name, the tags and the note of a run, as far as they are valid. */
  RunDescription description() {
    RunDescription none = RunDescription.NONE;
    return new RunDescription(
        textOrNull("name", RunDescription.MAX_NAME, none::withName),
        tags("tags"),
        textOrNull("note", RunDescription.MAX_NOTE, none::withNote));
  }

  private @Nullable String textOrNull(String name, int max, Consumer<String> rule) {
    String text = textOrNull(name, max);
    return text != null && fits(List.of("body", name), text, rule) ? text : null;
  }

  private Map<String, String> tags(String name) {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return Map.of();
    }
    if (!value.isObject()) {
      wrong(name, "Input should be a valid dictionary", "dict_type");
      return Map.of();
    }
    if (value.size() > RunDescription.MAX_TAGS) {
      wrong(
          name, "Dictionary should have at most " + RunDescription.MAX_TAGS + " items", "too_long");
      return Map.of();
    }
    Map<String, String> tags = new TreeMap<>();
    for (Map.Entry<String, JsonNode> tag : value.properties()) {
      tag(name, tag).ifPresent(text -> tags.put(tag.getKey(), text));
    }
    return tags;
  }

  private Optional<String> tag(String name, Map.Entry<String, JsonNode> tag) {
    List<Object> loc = List.of("body", name, Text.truncate(tag.getKey(), SHOWN));
    if (!tag.getValue().isTextual()) {
      problems.add(new ValidationError(loc, "Input should be a valid string", "string_type"));
      return Optional.empty();
    }
    String text = tag.getValue().textValue();
    Optional<ValidationError> problem =
        text.isEmpty()
            ? Optional.empty()
            : TextConstraints.problem(loc, text, RunDescription.MAX_TAG_VALUE);
    problem.ifPresent(problems::add);
    return problem.isEmpty()
            && fits(loc, text, value -> RunDescription.NONE.withTags(Map.of(tag.getKey(), value)))
        ? Optional.of(text)
        : Optional.empty();
  }

  /** The messages of the rules quote only the beginning of the value. */
  private boolean fits(List<Object> loc, String text, Consumer<String> rule) {
    try {
      rule.accept(text);
      return true;
    } catch (IllegalArgumentException e) {
      problems.add(new ValidationError(loc, "Value error, " + e.getMessage(), "value_error"));
      return false;
    }
  }

  private Optional<String> checked(String name, JsonNode value, int max) {
    if (!value.isTextual()) {
      wrong(name, "Input should be a valid string", "string_type");
      return Optional.empty();
    }
    Optional<ValidationError> problem =
        TextConstraints.problem(List.of("body", name), value.textValue(), max);
    problem.ifPresent(problems::add);
    return problem.isPresent() ? Optional.empty() : Optional.of(value.textValue());
  }

  public boolean flag(String name, boolean standard) {
    JsonNode value = object.get(name);
    if (value == null || value.isBoolean()) {
      return value == null ? standard : value.booleanValue();
    }
    wrong(name, "Input should be a valid boolean", "bool_type");
    return standard;
  }

  /** Returns a number greater than 0 and at most {@code most}, also as a double. */
  public double fraction(String name, double standard, int most) {
    return upTo(name, standard, most, false);
  }

  /** Returns a number from 0 to {@code most}. */
  public double portion(String name, double standard, int most) {
    return upTo(name, standard, most, true);
  }

  private double upTo(String name, double standard, int most, boolean zero) {
    JsonNode value = object.get(name);
    if (value == null) {
      return standard;
    }
    if (!value.isNumber()) {
      wrong(name, "Input should be a valid number", "float_type");
    } else if (value.decimalValue().compareTo(BigDecimal.valueOf(most)) > 0) {
      wrong(name, "Input should be less than or equal to " + most, "less_than_equal");
    } else if (zero && value.decimalValue().signum() < 0) {
      wrong(name, "Input should be greater than or equal to 0", "greater_than_equal");
    } else if (!zero && (value.decimalValue().signum() <= 0 || value.doubleValue() <= 0)) {
      wrong(name, "Input should be greater than 0", "greater_than");
    } else {
      return value.doubleValue();
    }
    return standard;
  }

  /** Returns the value with the text of the field. */
  public <T> T oneOf(String name, T standard, T[] values, Function<T, String> text) {
    JsonNode value = object.get(name);
    if (value == null) {
      return standard;
    }
    for (T each : values) {
      if (value.isTextual() && text.apply(each).equals(value.textValue())) {
        return each;
      }
    }
    wrong(name, "Input should be " + alternatives(values, text), "enum");
    return standard;
  }

  /** Returns the values as pydantic lists them: {@code 'a', 'b' or 'c'}. */
  public static <T> String alternatives(T[] values, Function<T, String> text) {
    List<String> quoted = Arrays.stream(values).map(v -> "'" + text.apply(v) + "'").toList();
    int last = quoted.size() - 1;
    return String.join(", ", quoted.subList(0, last)) + " or " + quoted.get(last);
  }

  public int integer(String name, int standard, int least, int most) {
    JsonNode value = object.get(name);
    if (value == null) {
      return standard;
    }
    if (!value.isNumber()) {
      wrong(name, "Input should be a valid integer", "int_type");
      return standard;
    }
    BigDecimal number = value.decimalValue();
    if (number.stripTrailingZeros().scale() > 0) {
      wrong(
          name,
          "Input should be a valid integer, got a number with a fractional part",
          "int_from_float");
    } else if (number.compareTo(BigDecimal.valueOf(least)) < 0) {
      wrong(name, "Input should be greater than or equal to " + least, "greater_than_equal");
    } else if (number.compareTo(BigDecimal.valueOf(most)) > 0) {
      wrong(name, "Input should be less than or equal to " + most, "less_than_equal");
    } else {
      return number.intValue();
    }
    return standard;
  }

  /**
   * Returns a number of seconds, at least a millisecond; null for an absent field or null.
   *
   * @param longest the maximum; null if there is none
   */
  @Nullable Duration secondsOrNull(String name, @Nullable Duration longest) {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isNumber()) {
      wrong(name, "Input should be a valid number", "float_type");
      return null;
    }
    BigDecimal millis = value.decimalValue().movePointRight(3);
    BigDecimal most = BigDecimal.valueOf((longest == null ? LONGEST_LIMIT : longest).toMillis());
    if (millis.compareTo(BigDecimal.ONE) < 0) {
      wrong(name, "Input should be greater than or equal to 0.001", "greater_than_equal");
    } else if (millis.compareTo(most) > 0) {
      wrong(
          name,
          "Input should be less than or equal to "
              + most.movePointLeft(3).stripTrailingZeros().toPlainString(),
          "less_than_equal");
    } else {
      return Duration.ofMillis(millis.longValue());
    }
    return null;
  }

  private void wrong(String name, String msg, String type) {
    problems.add(ValidationError.inBody(name, msg, type));
  }
}
