package dev.runregistry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunDescriptionTest {
  private static final RunDescription NONE = RunDescription.NONE;

  @Test
  void the_limits_of_each_text_are_allowed() {
    RunDescription longest =
        new RunDescription(
            "\ud83d\ude00".repeat(128),
            Map.of("a" + "._/-".repeat(15) + "Z09", "ä".repeat(256), "0", ""),
            "\n\tä".repeat(1_333) + "x");

    assertThat(longest.isEmpty()).isFalse();
    assertThat(longest.note()).hasSize(4_000);
    assertThat(NONE.isEmpty()).isTrue();
    assertThat(NONE.withTags(Map.of("k", "v")).isEmpty()).isFalse();
  }

  @Test
  void tags_are_in_the_order_of_their_keys() {
    assertThat(NONE.withTags(Map.of("b", "1", "a", "2", "B", "3")).tags().keySet())
        .containsExactly("B", "a", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-a", ".a", "/a", "_a", "a b", "a=b", "ä", "a\n", "a\0"})
  void a_key_of_other_characters_is_refused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withTags(Map.of(key, "v")))
        .withMessageStartingWith("the key of a tag must have 1 to 64 characters: letters, digits")
        .withMessageContaining("got \"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withTags(Map.of("k".repeat(65), "v")));
  }

  @Test
  void texts_outside_their_limits_are_refused_with_their_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withName(""))
        .withMessage("name must have 1 to 128 characters, has 0: \"\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withName("x".repeat(129)))
        .withMessageStartingWith("name must have 1 to 128 characters, has 129");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withTags(Map.of("k", "x".repeat(257))))
        .withMessageStartingWith("the value of tag k must have 1 to 256 characters, has 257");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withNote(""))
        .withMessage("note must have 1 to 4000 characters, has 0: \"\"");
    assertThatIllegalArgumentException().isThrownBy(() -> NONE.withNote("x".repeat(4_001)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                NONE.withTags(
                    IntStream.range(0, 33)
                        .boxed()
                        .collect(Collectors.toMap(i -> "k" + i, i -> "v"))))
        .withMessage("a run must have at most 32 tags, has 33");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0001", "\u001b[31m", "a\u007f", "\u0085", "a\0", "a\udc00", "a\r\nb"})
  void control_characters_are_refused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withName(text))
        .withMessageStartingWith("name must not contain ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withTags(Map.of("k", text)))
        .withMessageStartingWith("the value of tag k must not contain ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withNote(text))
        .withMessageStartingWith("note must not contain ");
  }

  @Test
  void a_line_feed_is_for_notes_only() {
    assertThat(NONE.withNote("a\n\tb").note()).isEqualTo("a\n\tb");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NONE.withName("a\nb"))
        .withMessage("name must not contain control characters: \"a\ufffdb\"");
    assertThatIllegalArgumentException().isThrownBy(() -> NONE.withTags(Map.of("k", "a\tb")));
  }

  @Test
  void obvious_secrets_are_redacted_when_a_request_becomes_a_run() {
    RunDescription secret =
        new RunDescription(
            "x --password=hunter2",
            Map.of("api-token", "abcdef123456", "url", "https://me:pw@host/", "seed", "7"),
            "password: " + "é" + "x".repeat(3_988) + "\n");

    RunDescription recorded =
        RunRequest.dryRun(new DatasetKey("k"), "m")
            .withDescription(secret)
            .toSpec(Samples.ID)
            .description();

    assertThat(recorded.name()).isEqualTo("x --password=***");
    assertThat(recorded.tags())
        .isEqualTo(Map.of("api-token", "***", "url", "https://me:***@host/", "seed", "7"));
    assertThat(recorded.note()).isEqualTo("password: ***\n");
  }

  @Test
  void a_text_that_redaction_makes_too_long_is_cut() {
    RunDescription secret = NONE.withName("y".repeat(117) + " password=x");

    assertThat(
            RunRequest.dryRun(new DatasetKey("k"), "m")
                .withDescription(secret)
                .toSpec(Samples.ID)
                .description()
                .name())
        .hasSize(128)
        .endsWith("password=…");
  }
}
