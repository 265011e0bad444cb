package dev.runregistry.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Turns bytes into the one JSON object that they must be. */
final class BodyJson {
  private static final int SHOWN = 100;

  private BodyJson() {}

  /**
   * Reads the object.
   *
   * @throws Refusal 422 if there is none
   */
  static JsonNode read(byte[] utf8) {
    String text = decoded(utf8);
    if (text.isBlank()) {
      throw refused(List.of("body"), "Field required", "missing");
    }
    JsonNode node = parsed(text);
    if (!node.isObject()) {
      throw refused(
          List.of("body"),
          "Input should be a valid dictionary or object to extract fields from",
          "model_attributes_type");
    }
    return node;
  }

  private static String decoded(byte[] utf8) {
    CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder(); // reports, does not replace
    ByteBuffer bytes = ByteBuffer.wrap(utf8);
    try {
      String text = strict.decode(bytes).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw invalid(bytes.position(), "the body is not UTF-8");
    }
  }

  private static JsonNode parsed(String text) {
    try {
      return Json.READER.readTree(text);
    } catch (JacksonException e) {
      JsonLocation place = e.getLocation();
      throw invalid(place == null ? 0 : Math.max(0, place.getCharOffset()), message(e));
    } catch (ArithmeticException | NumberFormatException e) { // an exponent beyond an int
      throw invalid(0, "a number is out of range");
    }
  }

  private static String message(JacksonException e) {
    String whole = String.valueOf(e.getOriginalMessage());
    String line = whole.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  private static Refusal invalid(long offset, String why) {
    return refused(List.of("body", offset), "JSON decode error: " + why, "json_invalid");
  }

  private static Refusal refused(List<Object> loc, String msg, String type) {
    return Refusal.unprocessable(List.of(new Problem(loc, msg, type)));
  }
}
