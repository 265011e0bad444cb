package dev.runregistry.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordedLinesTest {
  private static final Output OUTPUT = new Output(excerpt("ä\nb"), excerpt("\nwarn\n"));

  private static OutputExcerpt excerpt(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return OutputExcerpt.of(bytes, bytes.length);
  }

  @Test
  void the_recorded_output_is_read_line_by_line_and_from_any_line() {
    RecordedLines recorded = RecordedLines.of(OUTPUT);

    OutputBatch all = recorded.after(OutputPosition.START);

    assertThat(all.lines())
        .containsExactly(
            new OutputLine(LogStream.STDOUT, "ä\n", null, 3, 0),
            new OutputLine(LogStream.STDOUT, "b", null, 4, 0),
            new OutputLine(LogStream.STDERR, "\n", null, 4, 1),
            new OutputLine(LogStream.STDERR, "warn\n", null, 4, 6));
    assertThat(all.complete()).isTrue();
    for (int i = 0; i < 4; i++) {
      OutputLine line = all.lines().get(i);
      assertThat(recorded.after(OutputPosition.of(line.stdout(), line.stderr())).lines())
          .isEqualTo(all.lines().subList(i + 1, 4));
    }
    assertThat(recorded.after(all.next()).lines()).isEmpty();
    assertThat(recorded.after(OutputPosition.of(Long.MAX_VALUE, 7)).lines()).isEqualTo(List.of());
  }
}
