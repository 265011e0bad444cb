package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runregistry.cli.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training of {@code examples/}, as the README runs it. */
class TrainingIT {
  @TempDir Path folder;

  @Test
  void the_example_is_checked_trained_and_recorded() throws Exception {
    assumeTrue(hasPython(), "no python3 here: the example is not trained");
    Path examples = Launcher.SOURCES.resolve("examples");
    Launcher launcher =
        new Launcher(folder)
            .withoutHome()
            .with("REGISTRY_DATASETS", examples.resolve("datasets").toString())
            .with(
                "REGISTRY_COMMAND",
                "[\"python3\", \""
                    + examples.resolve("train.py")
                    + "\", \"--config\", \"{config}\"]");

    Result training =
        launcher.registry(
            "run",
            "-d",
            "arithmetic-traces",
            "-m",
            "google/gemma-2b-it",
            "--local",
            "--epochs",
            "2",
            "--output-dir",
            folder.resolve("out").toString());

    assertThat(training.code()).as(training.err()).isZero();
    assertThat(training.out()).contains("epoch");
    assertThat(folder.resolve("out/model.json")).exists();
    assertThat(new Session(launcher.home()).registry("runs", "list", "--json").out())
        .contains(
            "\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"google/gemma-2b-it\",\"mode\":\"local\",\"status\":\"completed\"");
    assertThat(Files.exists(folder.resolve("out/metrics.json"))).isTrue();
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
