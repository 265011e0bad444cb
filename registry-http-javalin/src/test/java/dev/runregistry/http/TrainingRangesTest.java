package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runregistry.run.TrainingConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The documents of the API state the ranges of the core. */
class TrainingRangesTest {
  private static String resource(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(RegistryServer.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void requireRange(JsonNode property, double least, double most, double standard) {
    assertThat(property.get("minimum").doubleValue()).isEqualTo(least);
    assertThat(property.get("maximum").doubleValue()).isEqualTo(most);
    assertThat(property.get("default").doubleValue()).isEqualTo(standard);
  }

  @Test
  void the_specification_states_the_ranges_and_defaults_that_are_enforced() throws IOException {
    JsonNode fields =
        new ObjectMapper()
            .readTree(resource("openapi.json"))
            .at("/components/schemas/RunRequest/properties");

    requireRange(
        fields.get("learning_rate"),
        0,
        TrainingConfig.MAX_LEARNING_RATE,
        TrainingConfig.DEFAULT_LEARNING_RATE);
    assertThat(fields.get("learning_rate").get("exclusiveMinimum").booleanValue()).isTrue();
    requireRange(
        fields.get("weight_decay"),
        0,
        TrainingConfig.MAX_WEIGHT_DECAY,
        TrainingConfig.DEFAULT_WEIGHT_DECAY);
    requireRange(
        fields.get("num_epochs"),
        TrainingConfig.MIN_NUM_EPOCHS,
        TrainingConfig.MAX_NUM_EPOCHS,
        TrainingConfig.DEFAULT_NUM_EPOCHS);
    requireRange(
        fields.get("batch_size"),
        TrainingConfig.MIN_BATCH_SIZE,
        TrainingConfig.MAX_BATCH_SIZE,
        TrainingConfig.DEFAULT_BATCH_SIZE);
    requireRange(
        fields.get("max_seq_length"),
        TrainingConfig.MIN_SEQ_LENGTH,
        TrainingConfig.MAX_SEQ_LENGTH,
        TrainingConfig.DEFAULT_SEQ_LENGTH);
    assertThat(fields.get("device").get("default").textValue())
        .isEqualTo(TrainingConfig.DEFAULT_DEVICE.text());
  }

  @Test
  void the_hints_of_the_page_state_the_ranges_that_are_enforced() throws IOException {
    String page = resource("page/index.html").replaceAll("(\\d)[\\h](\\d)", "$1$2");

    assertThat(page)
        .contains("learning_rate-hint\">Above 0, at most " + TrainingConfig.MAX_LEARNING_RATE)
        .contains(
            "num_epochs-hint\">%d to %d<"
                .formatted(TrainingConfig.MIN_NUM_EPOCHS, TrainingConfig.MAX_NUM_EPOCHS))
        .contains(
            "batch_size-hint\">%d to %d<"
                .formatted(TrainingConfig.MIN_BATCH_SIZE, TrainingConfig.MAX_BATCH_SIZE))
        .contains(
            "max_seq_length-hint\">%d to %d "
                .formatted(TrainingConfig.MIN_SEQ_LENGTH, TrainingConfig.MAX_SEQ_LENGTH));
  }
}
