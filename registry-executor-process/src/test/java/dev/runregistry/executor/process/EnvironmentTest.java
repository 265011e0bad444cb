package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.internal.host.ProcStat;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
  }

  @Test
  void a_run_knows_its_id_and_python_does_not_hold_back_its_output() {
    Run running = runs.begun(null, "sh", "-c", "echo $RUN_REGISTRY_RUN_ID $PYTHONUNBUFFERED");

    assertThat(stdout(runs.executor(), running)).isEqualTo(running.id() + " 1\n");
  }

  @Test
  void variables_are_added_whatever_their_name() {
    LocalRunExecutor.Builder executor =
        runs.executor().environment("PLAIN", "a b\n'c'").environment("my.setting-x", "d e=\"f\"");

    assertThat(stdout(executor, runs.begun(null, "printenv", "PLAIN"))).isEqualTo("a b\n'c'\n");
    assertThat(stdout(executor, runs.begun(null, "printenv", "my.setting-x")))
        .isEqualTo("d e=\"f\"\n");
  }

  @Test
  void a_run_starts_in_the_working_directory(@TempDir Path folder) throws IOException {
    assertThat(stdout(runs.executor().workingDirectory(folder), runs.begun(null, "pwd", "-P")))
        .isEqualTo(folder.toRealPath() + "\n");
  }

  @Test
  void a_server_s_run_has_no_stdin_and_a_session_of_its_own() {
    Run running =
        runs.begun(null, "sh", "-c", "cat; read -r line </proc/self/stat; echo \"$line\"");

    String line = stdout(runs.executor(), running).strip();

    assertThat(ProcStat.parse(line).orElseThrow().session())
        .isEqualTo(
            new ProcessFile(runs.folder(running)).supervisor().orElseThrow().identity().pid());
  }

  @Test
  void a_run_of_the_command_line_stays_in_our_session() {
    Run running = runs.begun(null, "sh", "-c", "read -r line </proc/self/stat; echo \"$line\"");

    String line = stdout(runs.executor().terminal(), running).strip();

    assertThat(ProcStat.parse(line).orElseThrow().session())
        .isEqualTo(
            ProcessTable.ofThisHost().find(ProcessHandle.current().pid()).orElseThrow().session());
  }

  @Test
  void config_stands_for_the_configuration_of_a_training_only() throws IOException {
    Run plain = runs.begun(null, "echo", "{config}");
    Run training = runs.begunTraining("echo", "{config}", "--config={config}");
    Path config = Files.createFile(runs.folder(training).path().resolve("config.yaml"));

    assertThat(stdout(runs.executor(), plain)).isEqualTo("{config}\n");
    assertThat(stdout(runs.executor(), training)).isEqualTo(config + " --config=" + config + "\n");
  }

  private String stdout(LocalRunExecutor.Builder executor, Run running) {
    return runs.execute(executor.build(), running).output().stdout().text();
  }
}
