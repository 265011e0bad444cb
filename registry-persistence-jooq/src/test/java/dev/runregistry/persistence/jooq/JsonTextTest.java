package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.persistence.jooq.internal.sql.CommandJson;
import dev.runregistry.persistence.jooq.internal.sql.TextMapJson;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is stored, and compared with, whatever a JSON library writes. */
class JsonTextTest {
  @Test
  void the_stored_form_is_what_it_was_when_the_first_run_was_recorded() {
    assertThat(
            CommandJson.write(List.of("sh", "-c", "echo \"ä\\b\"\t\u001B[0m\n", "", "/a/\u2028")))
        .isEqualTo("[\"sh\",\"-c\",\"echo \\\"ä\\\\b\\\"\\t\\u001B[0m\\n\",\"\",\"/a/\u2028\"]");
    assertThat(TextMapJson.write(new TreeMap<>(Map.of("B", "2\"", "A", ""))))
        .isEqualTo("{\"A\":\"\",\"B\":\"2\\\"\"}");
    assertThat(TextMapJson.write(Map.of())).isEqualTo("{}");
  }

  @Test
  void every_character_is_stored_as_earlier_versions_stored_it() throws IOException {
    String all =
        IntStream.rangeClosed(0, 0xffff)
            .filter(c -> c < 0xd800 || c > 0xdfff)
            .mapToObj(Character::toString)
            .collect(Collectors.joining("", "", "😀"));
    StringWriter before = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(before)) {
      json.writeStartArray();
      json.writeString(all);
      json.writeEndArray();
    }

    assertThat(CommandJson.write(List.of(all))).isEqualTo(before.toString());
    assertThat(CommandJson.read(before.toString())).containsExactly(all);
  }
}
