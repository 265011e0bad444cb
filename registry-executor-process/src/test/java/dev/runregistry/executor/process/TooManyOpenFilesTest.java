package dev.runregistry.executor.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.testkit.process.Fifo;
import dev.runregistry.testkit.process.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TooManyOpenFilesTest {
  @TempDir private Path home;

  /** What was seen: the output of a run recorded as empty, for ever. */
  @Test
  void a_run_that_ends_while_no_file_can_be_opened_is_recorded_as_it_was() throws Exception {
    Path fifo = Fifo.at(home.resolve("fifo"));
    String script = "echo precious; read -r _ <\"$1\"; exit 7";
    List<String> words = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
    words.addAll(
        JavaProcess.builder(CrowdedMain.class, home, "sh", "-c", script, "sh", fifo.toString())
            .command());
    words.add(words.indexOf("-cp"), "-XX:-MaxFDLimit");
    Process registry = new ProcessBuilder(words).redirectErrorStream(true).start();

    try (BufferedReader said = registry.inputReader(UTF_8);
        OutputStream stdin = registry.getOutputStream()) {
      List<String> lines = new ArrayList<>();
      while (!lines.contains("crowded")) {
        String line = said.readLine();
        assertThat(line).as("%s", lines).isNotNull();
        lines.add(line);
      }
      Files.writeString(fifo, "go\n");
      LocalRuns.await(this::hasNoted7);
      stdin.write('\n');
      stdin.flush();

      assertThat(said.lines())
          .anyMatch(line -> line.startsWith("Exited[code=7") && line.contains("precious"));
    }
    assertThat(registry.waitFor()).isZero();
  }

  private boolean hasNoted7() {
    try (Stream<Path> active = Files.list(home.resolve("runs/active"))) {
      return active.anyMatch(run -> LocalRuns.contains(run.resolve("exit"), "7\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
