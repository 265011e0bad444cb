package dev.runregistry.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputExcerptTest {
  private static final int LIMIT = OutputExcerpt.LIMIT_BYTES;

  private static String capture(byte[] stream) {
    return OutputExcerpt.of(stream, stream.length).text();
  }

  private static String capture(String stream) {
    return capture(stream.getBytes(UTF_8));
  }

  @Test
  void exactly_10240_bytes_are_kept_whole() {
    String stream = "x".repeat(10_240);

    assertThat(capture(stream)).isEqualTo(stream);
  }

  @Test
  void one_byte_more_is_cut_with_a_notice() {
    assertThat(capture("x".repeat(10_241)))
        .isEqualTo(
            "x".repeat(10_240) + "\n[output truncated: kept the first 10240 of 10241 bytes]\n");
  }

  @Test
  void a_text_that_is_cut_at_the_end_of_a_line_gets_no_empty_line() {
    assertThat(capture("x".repeat(10_239) + "\nmore"))
        .isEqualTo(
            "x".repeat(10_239) + "\n[output truncated: kept the first 10240 of 10244 bytes]\n");
  }

  @Test
  void the_head_of_a_gigabyte_is_enough() {
    byte[] head = new byte[LIMIT];
    Arrays.fill(head, (byte) 'x');

    assertThat(OutputExcerpt.of(head, 1L << 30).text())
        .endsWith("\n[output truncated: kept the first 10240 of 1073741824 bytes]\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"é", "€", "😀"})
  void a_character_is_never_cut(String character) {
    int size = character.getBytes(UTF_8).length;
    for (int before = 1; before <= size; before++) {
      String stream = "x".repeat(LIMIT - before) + character + "tail";

      String kept =
          before == size ? "x".repeat(LIMIT - before) + character : "x".repeat(LIMIT - before);
      assertThat(capture(stream))
          .isEqualTo(
              kept
                  + "\n[output truncated: kept the first %d of %d bytes]\n"
                      .formatted(kept.getBytes(UTF_8).length, stream.getBytes(UTF_8).length));
    }
  }

  @Test
  void nul_becomes_a_replacement_character() {
    assertThat(capture("a\0b")).isEqualTo("a\uFFFDb");
  }

  @Test
  void bytes_that_are_not_utf8_become_replacement_characters() {
    assertThat(capture(new byte[] {'a', (byte) 0xFF, 'b', (byte) 0xE2, (byte) 0x82}))
        .isEqualTo("a\uFFFDb\uFFFD");
  }

  @Test
  void what_grows_by_decoding_is_cut_again_and_counted_in_bytes_of_the_stream() {
    byte[] stream = new byte[20_000];
    Arrays.fill(stream, (byte) 0xFF);

    assertThat(capture(stream))
        .isEqualTo(
            "\uFFFD".repeat(3413) + "\n[output truncated: kept the first 3413 of 20000 bytes]\n");
  }

  @Test
  void nul_characters_that_no_longer_fit_are_cut_too() {
    assertThat(capture("\0".repeat(10_240)))
        .endsWith("\n[output truncated: kept the first 3413 of 10240 bytes]\n");
  }

  @Test
  void half_a_character_that_does_not_fit_when_replaced_is_cut() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes("x".repeat(LIMIT - 1).getBytes(UTF_8));
    stream.write(0xE2);

    assertThat(capture(stream.toByteArray()))
        .endsWith("x\n[output truncated: kept the first 10239 of 10240 bytes]\n");
  }

  @Test
  void a_stream_that_printed_nothing_is_empty() {
    assertThat(OutputExcerpt.of(new byte[0], 0)).isEqualTo(OutputExcerpt.EMPTY);
  }

  @Test
  void a_text_of_our_own_is_captured_under_the_same_rules() {
    assertThat(OutputExcerpt.of("report\0\uD800").text()).isEqualTo("report\uFFFD\uFFFD");
    assertThat(OutputExcerpt.of("y".repeat(20_000)).text()).endsWith("of 20000 bytes]\n");
  }

  @Test
  void a_head_that_cannot_be_is_refused() {
    assertThatThrownBy(() -> OutputExcerpt.of(new byte[3], 4))
        .hasMessage("3 bytes cannot be the head of 4");
    assertThatThrownBy(() -> OutputExcerpt.of(new byte[3], 2))
        .hasMessage("3 bytes cannot be the head of 2");
  }

  @Test
  void a_stored_text_that_no_capture_made_is_refused() {
    assertThatThrownBy(() -> new OutputExcerpt("x".repeat(OutputExcerpt.MAX_STORED_BYTES + 1)))
        .hasMessage("captured output must have at most 10368 bytes, has 10369");
    assertThatThrownBy(() -> new OutputExcerpt("a\0"))
        .hasMessage("captured output must not contain a NUL character");
  }

  @Property(tries = 500)
  void whatever_the_bytes_the_text_is_bounded_storable_and_stays_as_it_is(
      @ForAll @Size(max = 300) byte[] piece, @ForAll @IntRange(min = 1, max = 200) int times) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      stream.writeBytes(piece);
    }

    OutputExcerpt captured = OutputExcerpt.of(stream.toByteArray(), stream.size());

    assertThat(captured.text()).doesNotContain("\0");
    assertThat(captured.text().getBytes(UTF_8).length)
        .isLessThanOrEqualTo(OutputExcerpt.MAX_STORED_BYTES);
    assertThat(new String(captured.text().getBytes(UTF_8), UTF_8)).isEqualTo(captured.text());
    assertThat(new OutputExcerpt(captured.text())).isEqualTo(captured);
  }

  @Property(tries = 500)
  void a_short_stream_reads_as_java_decodes_it(@ForAll @Size(max = 3000) byte[] stream) {
    assertThat(capture(stream)).isEqualTo(new String(stream, UTF_8).replace('\0', '\uFFFD'));
  }
}
