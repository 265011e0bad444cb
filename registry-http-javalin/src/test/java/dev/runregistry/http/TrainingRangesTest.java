package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static String number(double value) { // as YAML has it: 2.0e-5
    return Double.toString(value).replace('E', 'e');
  }

  private static String integer(String name, int least, int most, int standard) {
    return "%s: {type: integer, minimum: %d, maximum: %d, default: %d}"
        .formatted(name, least, most, standard);
  }

  @Test
  void the_specification_states_the_ranges_and_defaults_that_are_enforced() throws IOException {
    assertThat(resource("openapi.yaml"))
        .contains(
            "learning_rate: {type: number, format: double, minimum: 0, exclusiveMinimum: true, maximum: %d, default: %s}"
                .formatted(
                    TrainingConfig.MAX_LEARNING_RATE, number(TrainingConfig.DEFAULT_LEARNING_RATE)))
        .contains(
            "weight_decay: {type: number, format: double, minimum: 0, maximum: %d, default: %s}"
                .formatted(
                    TrainingConfig.MAX_WEIGHT_DECAY, number(TrainingConfig.DEFAULT_WEIGHT_DECAY)))
        .contains(
            integer(
                "num_epochs",
                TrainingConfig.MIN_NUM_EPOCHS,
                TrainingConfig.MAX_NUM_EPOCHS,
                TrainingConfig.DEFAULT_NUM_EPOCHS))
        .contains(
            integer(
                "batch_size",
                TrainingConfig.MIN_BATCH_SIZE,
                TrainingConfig.MAX_BATCH_SIZE,
                TrainingConfig.DEFAULT_BATCH_SIZE))
        .contains(
            integer(
                "max_seq_length",
                TrainingConfig.MIN_SEQ_LENGTH,
                TrainingConfig.MAX_SEQ_LENGTH,
                TrainingConfig.DEFAULT_SEQ_LENGTH))
        .contains("default: " + TrainingConfig.DEFAULT_DEVICE.text() + "}");
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
