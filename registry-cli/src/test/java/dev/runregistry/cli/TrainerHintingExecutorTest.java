package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.executor.local.LocalRunExecutor;
import dev.runregistry.executor.local.ProcessSignal;
import dev.runregistry.executor.local.RunHome;
import dev.runregistry.run.RuntimeStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerHintingExecutorTest {
  @TempDir Path folder;

  @Test
  void a_trainer_that_is_not_found_says_how_to_name_another() {
    TrainerHintingExecutor executor =
        new TrainerHintingExecutor(LocalRunExecutor.builder(RunHome.at(folder)).build());

    assertThat(executor.runtime(List.of("no-such-trainer", "train")))
        .isEqualTo(
            new RuntimeStatus(
                false,
                null,
                "no-such-trainer: not found on PATH; set REGISTRY_COMMAND or --command to your"
                    + " trainer"));
    assertThat(executor.runtime(List.of("sh")).message()).isEqualTo("sh is available");
    assertThat(executor.name()).isEqualTo("process");
  }

  @Test
  void how_a_cancelled_check_ends_is_asked_of_the_executor() {
    LocalRunExecutor local = LocalRunExecutor.builder(RunHome.at(folder)).build();
    local.signal(ProcessSignal.TERM); // before there is a run to send it to

    assertThat(new TrainerHintingExecutor(local).cancelled()).isPresent();
  }
}
