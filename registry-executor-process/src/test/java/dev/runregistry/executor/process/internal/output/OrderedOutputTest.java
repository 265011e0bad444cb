package dev.runregistry.executor.process.internal.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.OutputReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OrderedOutputTest {
  @TempDir private Path folder;
  private long now;

  @BeforeEach
  void create() throws IOException {
    for (String name : List.of("stdout.log", "stderr.log", "output-index")) {
      Files.createFile(folder.resolve(name));
    }
  }

  private OutputReader open() throws IOException {
    return open(Long.MAX_VALUE);
  }

  private OutputReader open(long maxBytes) throws IOException {
    return OrderedOutput.open(
            folder.resolve("stdout.log"),
            folder.resolve("stderr.log"),
            folder.resolve("output-index"),
            maxBytes)
        .orElseThrow();
  }

  private void print(LogStream stream, String text) throws IOException {
    print(stream, text.getBytes(StandardCharsets.UTF_8));
  }

  private void print(LogStream stream, byte[] bytes) throws IOException {
    log(stream, bytes);
    index("%d %d %d\n".formatted(++now, stream.ordinal(), bytes.length));
  }

  private void log(LogStream stream, byte[] bytes) throws IOException {
    Files.write(folder.resolve(stream.text() + ".log"), bytes, StandardOpenOption.APPEND);
  }

  private void index(String line) throws IOException {
    Files.writeString(folder.resolve("output-index"), line, StandardOpenOption.APPEND);
  }

  private static List<OutputLine> lines(OutputReader output, OutputPosition from)
      throws IOException {
    List<OutputLine> lines = new ArrayList<>();
    OutputBatch batch = OutputBatch.none(from);
    do {
      batch = output.read(batch.next(), true);
      lines.addAll(batch.lines());
    } while (!batch.complete());
    return lines;
  }

  private static List<String> texts(List<OutputLine> lines) {
    return lines.stream().map(line -> line.stream().ordinal() + line.text()).toList();
  }

  @Test
  void lines_come_in_the_order_in_which_they_were_completed_with_that_time() throws IOException {
    print(LogStream.STDOUT, "a");
    print(LogStream.STDERR, "warn\n");
    print(LogStream.STDOUT, "b\nc\nd");
    print(LogStream.STDERR, "end");

    try (OutputReader output = open()) {
      List<OutputLine> lines = lines(output, OutputPosition.START);

      assertThat(texts(lines)).containsExactly("1warn\n", "0ab\n", "0c\n", "0d", "1end");
      assertThat(lines)
          .extracting(OutputLine::at)
          .containsExactly(at(2), at(3), at(3), at(3), at(4));
      assertThat(lines).extracting(OutputLine::stdout).containsExactly(0L, 3L, 5L, 6L, 6L);
      assertThat(lines).extracting(OutputLine::stderr).containsExactly(5L, 5L, 5L, 5L, 8L);
    }
  }

  private static Instant at(long micros) {
    return Instant.EPOCH.plusNanos(micros * 1_000);
  }

  @Test
  void a_line_waits_for_its_line_feed_while_the_run_is_active() throws IOException {
    print(LogStream.STDOUT, "one\ntw");

    try (OutputReader output = open()) {
      OutputBatch first = output.read(OutputPosition.START, false);
      assertThat(texts(first.lines())).containsExactly("0one\n");
      OutputBatch none = output.read(first.next(), false);
      assertThat(none.lines()).isEmpty();
      assertThat(none.complete()).isTrue();
      print(LogStream.STDOUT, "o\n");
      OutputBatch second = output.read(none.next(), false);
      assertThat(texts(second.lines())).containsExactly("0two\n");
      print(LogStream.STDOUT, "rest");
      assertThat(output.read(second.next(), false).lines()).isEmpty();
      OutputBatch last = output.read(second.next(), true);
      assertThat(texts(last.lines())).containsExactly("0rest");
      assertThat(output.read(last.next(), true)).isEqualTo(OutputBatch.none(last.next()));
    }
  }

  @Test
  void output_that_is_not_in_the_index_comes_at_the_end_of_the_run_without_a_time()
      throws IOException {
    print(LogStream.STDERR, "known\n");
    log(LogStream.STDERR, "late\n".getBytes(StandardCharsets.UTF_8));
    log(LogStream.STDOUT, "other\n".getBytes(StandardCharsets.UTF_8));

    try (OutputReader output = open()) {
      assertThat(texts(output.read(OutputPosition.START, false).lines()))
          .containsExactly("1known\n");
      List<OutputLine> lines = lines(output, OutputPosition.START);
      assertThat(texts(lines)).containsExactly("1known\n", "0other\n", "1late\n");
      assertThat(lines).extracting(OutputLine::at).containsExactly(at(1), null, null);
    }
  }

  @Test
  void output_of_an_active_run_whose_index_has_stopped_comes_after_a_moment() throws IOException {
    Files.delete(folder.resolve("output-index"));
    log(LogStream.STDOUT, "old version\n".getBytes(StandardCharsets.UTF_8));

    try (OutputReader output = open()) {
      OutputBatch first = output.read(OutputPosition.START, false);
      assertThat(first.lines()).isEmpty();
      while (first.lines().isEmpty()) {
        first = output.read(first.next(), false);
      }
      assertThat(texts(first.lines())).containsExactly("0old version\n");
      Files.createFile(folder.resolve("output-index")); // later than any supervisor
      index("1 0 12\n");
      print(LogStream.STDOUT, "indexed\n");
      assertThat(texts(output.read(first.next(), false).lines())).containsExactly("0indexed\n");
    }
  }

  @Test
  void damaged_lines_of_the_index_are_skipped() throws IOException {
    index("\n12 0\nx 0 4\n1 2 4\n-1 0 4\n" + "9".repeat(250) + "\n1 0 99999999999999999999\n");
    print(LogStream.STDERR, "a\n");
    index("1  1\n");
    print(LogStream.STDOUT, "b\n");
    index("7 0 "); // being written

    try (OutputReader output = open()) {
      assertThat(texts(output.read(OutputPosition.START, false).lines()))
          .containsExactly("1a\n", "0b\n");
    }
  }

  @Test
  void a_line_of_a_gigabyte_would_be_divided_and_no_character_is() throws IOException {
    int max = OutputBatch.MAX_LINE_BYTES;
    print(LogStream.STDOUT, "x".repeat(max - 1) + "ä" + "€".repeat(max) + "\nnext\n");
    print(LogStream.STDOUT, "y".repeat(max) + "\n" + "z".repeat(max - 1) + "\n");
    print(LogStream.STDOUT, "\uD83D\uDE80".repeat(max / 2));

    try (OutputReader output = open()) {
      List<OutputLine> lines = lines(output, OutputPosition.START);

      assertThat(lines).allSatisfy(line -> assertThat(line.text()).doesNotContain("\uFFFD"));
      assertThat(lines)
          .allSatisfy(
              line ->
                  assertThat(line.text().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1, max));
      assertThat(lines.get(0).text()).hasSize(max - 1);
      assertThat(
              String.join("", lines.stream().map(OutputLine::text).toList())
                  .getBytes(StandardCharsets.UTF_8))
          .isEqualTo(Files.readAllBytes(folder.resolve("stdout.log")));
      assertThat(lines.get(lines.size() - 1).stdout())
          .isEqualTo(Files.size(folder.resolve("stdout.log")));
    }
  }

  @Test
  void bytes_that_are_no_text_are_replaced() throws IOException {
    print(LogStream.STDOUT, new byte[] {'a', 0, (byte) 0xff, (byte) 0xc3, '\n'});
    byte[] continued = new byte[OutputBatch.MAX_LINE_BYTES + 1];
    Arrays.fill(continued, (byte) 0x80);
    print(LogStream.STDERR, continued);

    try (OutputReader output = open()) {
      List<OutputLine> lines = lines(output, OutputPosition.START);

      assertThat(lines.get(0).text()).isEqualTo("a\uFFFD\uFFFD\uFFFD\n");
      assertThat(lines).hasSize(3);
      assertThat(lines.get(1).text())
          .hasSize(OutputBatch.MAX_LINE_BYTES)
          .containsOnlyOnce("\uFFFD".repeat(OutputBatch.MAX_LINE_BYTES));
    }
  }

  @Test
  void what_is_beyond_the_limit_of_the_log_is_not_output() throws IOException {
    print(LogStream.STDOUT, "123\n456\n");

    try (OutputReader output = open(5)) {
      assertThat(texts(lines(output, OutputPosition.START))).containsExactly("0123\n", "04");
    }
  }

  @Test
  void a_log_that_the_run_has_emptied_has_no_more_lines() throws IOException {
    print(LogStream.STDOUT, "1\n2\n");
    try (OutputReader output = open()) {
      OutputBatch first = output.read(OutputPosition.START, false);
      Files.writeString(folder.resolve("stdout.log"), "");
      assertThat(output.read(first.next(), true).lines()).isEmpty();
      assertThat(lines(output, OutputPosition.START)).isEmpty();
    }
  }

  @Test
  void a_run_without_logs_has_no_output() throws IOException {
    Files.delete(folder.resolve("stdout.log"));
    print(LogStream.STDERR, "only\n");
    try (OutputReader output = open()) {
      assertThat(texts(lines(output, OutputPosition.START))).containsExactly("1only\n");
    }
    Files.delete(folder.resolve("stderr.log"));
    assertThat(
            OrderedOutput.open(
                folder.resolve("stdout.log"),
                folder.resolve("stderr.log"),
                folder.resolve("output-index"),
                1))
        .isEmpty();
    assertThatThrownBy(() -> OutputPosition.of(0, -1)).hasMessageContaining("0, -1");
  }

  /** Whatever is printed in whatever pieces, and wherever reading stops and starts again. */
  @Test
  void reading_in_parts_and_from_any_line_gives_the_same_lines() throws IOException {
    Random random = new Random(20_261_129);
    List<OutputLine> live = new ArrayList<>();
    try (OutputReader output = open()) {
      OutputPosition position = OutputPosition.START;
      for (int i = 0; i < 3_000; i++) {
        String text = "x".repeat(random.nextInt(6)) + (random.nextBoolean() ? "\n" : "");
        if (!text.isEmpty()) {
          print(LogStream.values()[random.nextInt(2)], text);
        }
        if (random.nextInt(10) == 0) {
          OutputBatch batch = output.read(position, false);
          live.addAll(batch.lines());
          position = batch.next();
        }
      }
      live.addAll(lines(output, position));

      assertThat(lines(output, OutputPosition.START)).isEqualTo(live);
      for (int i = 0; i < live.size(); i += 7) {
        OutputLine line = live.get(i);
        assertThat(lines(output, OutputPosition.of(line.stdout(), line.stderr())))
            .isEqualTo(live.subList(i + 1, live.size()));
      }
    }
  }
}
