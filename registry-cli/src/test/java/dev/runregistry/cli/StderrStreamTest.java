package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.console.StderrStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StderrStreamTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ERROR run 1 could not be recorded | registry: run 1 could not be recorded",
        "WARN run 1: ü                     | registry: warning: run 1: ü",
        "INFO run 1 is on record           | registry: run 1 is on record",
        "DEBUG run 1                       | registry: debug: run 1",
        "TRACE run 1                       | registry: debug: run 1",
        "2026-11-22T10:00:00.000Z INFO up  | 2026-11-22T10:00:00.000Z INFO up",
        "ERROR                             | ERROR",
        "ERRORS are many                   | ERRORS are many",
        "''                                | ''"
      })
  void the_library_s_levels_give_way_to_our_mark(String line, String said) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    new StderrStream(bytes).println(line);

    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(said + "\n");
  }
}
