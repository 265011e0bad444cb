package dev.runregistry.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.compare.RunDifference;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastMetricsTest {
  @TempDir private Path folder;

  private Map<String, String> of(String lines) throws IOException {
    Path file = folder.resolve(LastMetrics.FILE);
    Files.writeString(file, lines);
    try (FileChannel channel = FileChannel.open(file)) {
      return LastMetrics.of(channel);
    }
  }

  @Test
  void the_last_value_of_each_number_counts() throws IOException {
    assertThat(
            of(
                "{\"a\":1,\"b\":{\"c\":2},\"d\":\"3\"}\nno JSON\n[4]\n\n{\"a\":1e-3,\"e\":0.5}\n{\"a\":"))
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", "1e-3", "e", "0.5"));
    assertThat(of("")).isEmpty();
  }

  @Test
  void of_a_large_file_the_end_is_read() throws IOException {
    String line = "{\"step\":1,\"note\":\"" + "x".repeat(60_000) + "\"}\n";
    String lines = "{\"early\":1}\n" + line.repeat(290) + "{\"loss\":0.5}\n";

    assertThat(of(lines)).isEqualTo(Map.of("step", "1", "loss", "0.5"));
  }

  @Test
  void two_runs_stand_side_by_side() {
    assertThat(LastMetrics.sideBySide(Map.of("loss", "1"), Map.of("loss", "1", "acc", "2")))
        .containsExactly(new RunDifference("acc", null, "2"), new RunDifference("loss", "1", "1"));
  }
}
