package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineFormatTest {
  @Test
  void plain_words_are_cut_at_blanks() {
    assertThat(CommandLineFormat.parse("  tunix train\t--config  {config} ", "here"))
        .containsExactly("tunix", "train", "--config", "{config}");
  }

  @Test
  void an_array_is_taken_word_by_word_whatever_is_in_them() {
    assertThat(
            CommandLineFormat.parse(
                "[\"sh\", \"-c\", \"echo 'a  b' \\\"$HOME\\\"\\n\", \"\"]", "here"))
        .containsExactly("sh", "-c", "echo 'a  b' \"$HOME\"\n", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "echo 'a b'    | quotes or backslashes",
        "echo \"a\"     | quotes or backslashes",
        "echo a\\ b    | quotes or backslashes",
        "[\"a\", 1]    | not an array of strings",
        "[\"a\"        | not a JSON array",
        "[\"a\"] b     | not a JSON array",
        "[\"a\"] 1     | something follows",
        "[]            | names no program",
        "[\"\"]        | names no program",
        "`  `          | names no program"
      })
  void what_has_no_clear_meaning_is_refused(String text, String why) {
    assertThatThrownBy(() -> CommandLineFormat.parse(text, "file x"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("(file x)")
        .hasMessageEndingWith("write [\"program\", \"an argument\"] or plain words");
  }

  @Test
  void a_shown_command_is_what_a_shell_would_take() {
    assertThat(CommandLineFormat.of(List.of("sh", "-c", "echo it's", "", "a/b-c=1")))
        .isEqualTo("sh -c 'echo it'\\''s' '' a/b-c=1");
  }

  @Test
  void a_shown_command_stays_on_its_line() {
    assertThat(CommandLineFormat.of(List.of("a\nb\u001B[31m"))).isEqualTo("'a\uFFFDb\uFFFD[31m'");
  }
}
