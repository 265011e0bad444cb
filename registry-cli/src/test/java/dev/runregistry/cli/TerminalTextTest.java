package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.TerminalText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {
  @Test
  void a_harmless_line_stays_as_it_is() {
    assertThat(TerminalText.line("gemma-2b «ü» 数据 🙂")).isEqualTo("gemma-2b «ü» 数据 🙂");
  }

  @Test
  void nothing_can_move_the_cursor_or_turn_the_text() {
    assertThat(TerminalText.line("a\u001B[2Jb\r\n\u202Ec\u2066\u2028\u0085\u007F"))
        .isEqualTo("a\uFFFD[2Jb\uFFFD\uFFFD\uFFFDc\uFFFD\uFFFD\uFFFD\uFFFD");
  }

  @ParameterizedTest
  @CsvSource({"abc, 3", "数据, 4", "🙂, 2", "e\u0301, 1", "가, 2", "ﬀ, 1", "'', 0"})
  void width_is_what_a_terminal_shows(String text, int columns) {
    assertThat(TerminalText.width(text)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({"abcdef, 6, abcdef", "abcdef, 5, abcd…", "数据集, 5, 数据…", "数据集, 4, 数…", "🙂🙂, 3, 🙂…"})
  void what_does_not_fit_ends_in_an_ellipsis(String text, int columns, String expected) {
    assertThat(TerminalText.truncate(text, columns)).isEqualTo(expected);
    assertThat(TerminalText.width(expected)).isLessThanOrEqualTo(columns);
  }
}
