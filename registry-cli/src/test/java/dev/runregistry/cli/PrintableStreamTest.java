package dev.runregistry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.console.StderrStream;
import dev.runregistry.cli.text.PrintableStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableStreamTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private String printed() {
    return bytes.toString(UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u009b31m", "\u001b[31m", "\u007f", "\r", "\nregistry: all is well", "\u202e"})
  void a_host_header_cannot_colour_the_log_or_forge_a_line(String text) {
    new StderrStream(bytes).println("WARN Host localhost" + text);

    assertThat(printed())
        .startsWith("registry: warning: Host localhost\uFFFD")
        .hasLineCount(1)
        .doesNotContain(text);
  }

  @Test
  void a_stack_trace_keeps_its_lines_and_its_message_stays_one() {
    new IllegalStateException("a\nb\u009b31m").printStackTrace(new PrintableStream(bytes));

    List<String> lines = printed().lines().toList();
    assertThat(lines.get(0)).isEqualTo("java.lang.IllegalStateException: a\uFFFDb\uFFFD31m");
    assertThat(lines.get(1)).startsWith("\tat ");
  }

  @Test
  void lines_that_are_printed_together_remain_lines() {
    try (PrintableStream stream = new PrintableStream(bytes)) {
      stream.printf("a%n\u001bb%n");
    }

    assertThat(printed()).isEqualTo("a\n\uFFFDb\n");
  }
}
