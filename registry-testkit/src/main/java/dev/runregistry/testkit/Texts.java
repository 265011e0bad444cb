package dev.runregistry.testkit;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Texts that a database, a driver or a quoting rule could get wrong. */
final class Texts {
  static final List<String> STRANGE =
      Stream.concat(
              Stream.of(
                  " leading and trailing ",
                  "it's \"quoted\" `twice` 'and' $$once$$ $tag$more$tag$",
                  "100 % _ \\ \\\\ \\n \\u0041 ?? ? :name {0} ${HOME} {config}",
                  "'; DROP TABLE tunix_runs; --",
                  "null",
                  "\t\r\n\u0001\u001b[31m\u007f\u0085\u2028\u2029",
                  "\ufeffbyte order mark",
                  "שלום עולם \u202eevil\u202c مرحبا",
                  "e\u0301 é \u1112\u1161\u11ab 한 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤",
                  "😀👩‍👩‍👧‍👦🏳️‍🌈𝕏\udbff\udffd",
                  "\ufffd\uffff\ufdd0",
                  "ß ẞ İ ı Ǆ ǆ"),
              Stream.of("a", "é", "€", "😀").map(character -> character.repeat(300)))
          .toList();

  private Texts() {}

  /** Has the text wherever one can be, as far as the limits allow. */
  static RunSpec specOf(String text) {
    RunSpec spec = Runs.localRunOf(keyOf(text), List.of("sh", "-c", text, "", text));
    return new RunSpec(
        spec.datasetKey(),
        first(256, text),
        spec.mode(),
        first(512, text),
        spec.training(),
        spec.command(),
        spec.timeLimit(),
        null,
        new RunDescription(
            first(128, keyOf(text)),
            Map.of("text", first(256, withoutControls(text)), "empty", ""),
            first(4_000, text.replaceAll("[\\p{Cntrl}\u0080-\u009f&&[^\n\t]]", "-"))));
  }

  /** Ends with the text as output and in its message. */
  static RunOutcome outcomeOf(String text) {
    return new RunOutcome.Exited(0, Runs.output(text, text.repeat(3)), text);
  }

  /** A legal key, as much like the text as it can be. */
  static String keyOf(String text) {
    String legal = text.replaceAll("[/\\\\\\p{Cntrl}\u0080-\u009f]", "-");
    while (bytes(legal) > 255) {
      legal = first(legal.codePointCount(0, legal.length()) - 1, legal);
    }
    return legal;
  }

  private static String withoutControls(String text) {
    return text.replaceAll("[\\p{Cntrl}\u0080-\u009f]", "-");
  }

  private static String first(int characters, String text) {
    return text.codePointCount(0, text.length()) <= characters
        ? text
        : text.substring(0, text.offsetByCodePoints(0, characters));
  }

  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  static RunSpec withKey(RunSpec spec, String key) {
    return new RunSpec(
        new DatasetKey(key),
        spec.modelId(),
        spec.mode(),
        spec.outputDir(),
        spec.training(),
        spec.command(),
        spec.timeLimit(),
        spec.parent(),
        spec.description());
  }
}
