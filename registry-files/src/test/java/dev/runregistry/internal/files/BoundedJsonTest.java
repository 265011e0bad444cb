package dev.runregistry.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedJsonTest {
  private static Map<String, Object> read(String json) throws IOException {
    return BoundedJson.object(json.getBytes(UTF_8));
  }

  @Test
  void every_kind_of_value_is_read() throws IOException {
    assertThat(read("{\"a\": [1, 2.5, null, true, false, \"é\", []], \"b\": {\"c\": {}}}"))
        .isEqualTo(
            Map.of(
                "a",
                Arrays.asList(1L, 2.5, null, true, false, "é", Arrays.asList()),
                "b",
                Map.of("c", Map.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"a\": 1, \"a\": 2}", "{\"a\": 99999999999999999999}"})
  void what_is_no_json_object_is_corrupt(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(CorruptJournalException.class);
  }

  @Test
  void more_values_than_a_run_can_have_are_corrupt() {
    String names =
        IntStream.rangeClosed(0, 100_000)
            .mapToObj(i -> "\"" + i + "\":0")
            .collect(Collectors.joining(",", "{", "}"));

    assertThatThrownBy(() -> read(names)).hasMessageContaining("more than 100000 values");
    assertThatThrownBy(() -> read("{\"a\": [0" + ",0".repeat(1 << 20) + "]}"))
        .hasMessageContaining("more than 1048576 values");
  }
}
