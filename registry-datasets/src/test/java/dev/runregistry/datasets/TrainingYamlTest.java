package dev.runregistry.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** SnakeYAML reads YAML 1.1, as Python's yaml does. */
class TrainingYamlTest {
  @TempDir private Path folder;

  @Test
  void the_training_is_in_the_order_of_the_contract() throws IOException {
    Map<?, ?> config =
        (Map<?, ?>) configOf("m", new TrainingConfig(1, 1, 1, 128).with(0, TrainingDevice.CUDA));

    Map<?, ?> training = (Map<?, ?>) config.get("training");
    assertThat(training.keySet().toString())
        .isEqualTo("[learning_rate, weight_decay, num_epochs, batch_size, max_seq_length, device]");
    assertThat(training.get("weight_decay")).isEqualTo(0.0);
    assertThat(training.get("device")).isEqualTo("cuda");
  }

  @Test
  void the_configuration_is_that_of_the_contract() throws IOException {
    Object config = configOf("google/gemma-2b-it", new TrainingConfig(2e-5, 3, 8, 2048));

    assertThat(config)
        .isEqualTo(
            Map.of(
                "version", "1.0",
                "runner", "tunix",
                "mode", "sft",
                "model", Map.of("model_id", "google/gemma-2b-it"),
                "dataset",
                    Map.of(
                        "format",
                        "tunix_sft",
                        "path",
                        folder.resolve("math ä: #1/dataset.jsonl").toString()),
                "training",
                    Map.of(
                        "learning_rate",
                        2e-5,
                        "weight_decay",
                        0.01,
                        "num_epochs",
                        3,
                        "batch_size",
                        8,
                        "max_seq_length",
                        2048,
                        "device",
                        "auto"),
                "output", Map.of("output_dir", "./out put")));
  }

  @ParameterizedTest
  @ValueSource(doubles = {2e-5, 1, 0.1, 1e-7, 0.30000000000000004, 123e-20, Double.MIN_VALUE})
  void a_learning_rate_is_read_as_exactly_the_same_number(double rate) throws IOException {
    Map<?, ?> config = (Map<?, ?>) configOf("m", new TrainingConfig(rate, 1, 1, 128));

    assertThat(((Map<?, ?>) config.get("training")).get("learning_rate")).isEqualTo(rate);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0", "no", "null", "~", "a: b", "- x", "'", "\"", "{x}", "ä\n😀", " ", "#", "1e5"
      })
  void a_name_is_read_as_exactly_the_same_text(String model) throws IOException {
    Map<?, ?> config = (Map<?, ?>) configOf(model, TrainingConfig.DEFAULT);

    assertThat(((Map<?, ?>) config.get("model")).get("model_id")).isEqualTo(model);
  }

  private Object configOf(String model, TrainingConfig training) throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    RunId id = Runs.id();
    RunRequest request =
        RunRequest.training(new DatasetKey("math"), model, List.of("train", "{config}"))
            .withTraining(training)
            .withOutputDir("./out put");

    FolderDatasetCatalog.at(folder)
        .writeTrainingConfig(
            request.toSpec(id),
            new Dataset(
                new DatasetKey("math"), "M", "1", 1, folder.resolve("math ä: #1/dataset.jsonl")),
            home);

    return new Yaml().load(Files.readString(home.resolve("config.yaml")));
  }
}
