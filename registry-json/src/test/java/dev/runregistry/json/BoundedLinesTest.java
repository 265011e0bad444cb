package dev.runregistry.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
  private static BoundedLines of(String text, int most) {
    return new BoundedLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), most);
  }

  @Test
  void lines_are_read_without_their_ends_and_the_last_needs_none() throws IOException {
    BoundedLines lines = of("one\n\näöü\nlast", 10);

    assertThat(lines.next()).isEqualTo("one");
    assertThat(lines.next()).isEmpty();
    assertThat(lines.next()).isEqualTo("äöü");
    assertThat(lines.next()).isEqualTo("last");
    assertThat(lines.next()).isNull();
    assertThat(of("", 10).next()).isNull();
  }

  @Test
  void a_line_that_is_too_long_takes_no_more_memory_and_the_next_one_is_whole() throws IOException {
    BoundedLines lines = of("x".repeat(200_000) + "\n" + "y".repeat(5) + "\n", 5);

    String first = String.valueOf(lines.next());
    assertThat(first).hasSize(6);
    assertThat(lines.isTooLong(first)).isTrue();
    String second = String.valueOf(lines.next());
    assertThat(second).isEqualTo("yyyyy");
    assertThat(lines.isTooLong(second)).isFalse();
  }
}
