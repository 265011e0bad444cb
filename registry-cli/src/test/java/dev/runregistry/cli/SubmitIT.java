package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submissions through the launcher, as from a shell that is closed afterwards. */
class SubmitIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void twenty_runs_run_after_the_shell_that_submitted_them_has_ended() throws IOException {
    Launcher launcher = new Launcher(folder).with("REGISTRY_QUEUE_SLOTS", "2").with("NOTE", "ä");
    Path there = Files.createDirectory(folder.resolve("there")).toRealPath();
    Launcher.Started shell =
        launcher
            .in(there)
            .startCommand(
                List.of(
                    "setsid",
                    "sh",
                    "-c",
                    "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
                        + Launcher.SCRIPT
                        + " submit -- sh -c \"echo $i \\$NOTE \\$PWD >> ran\" || exit 1; done"));
    Result result = Launcher.result(shell);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    List<String> ids = result.out().lines().toList();
    assertThat(ids).hasSize(20).doesNotHaveDuplicates();

    Session session = new Session(launcher.home());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                session.registry("queue", "status", "--json").out().contains("\"depth\":0")
                    && session
                        .registry("queue", "status", "--json")
                        .out()
                        .contains("\"dispatching\":false"));

    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      expected.add(i + " ä " + there);
    }
    assertThat(Files.readAllLines(there.resolve("ran")))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(
            session
                .registry("runs", "list", "--json", "-n", "30", "--status", "completed")
                .out()
                .lines())
        .hasSize(20);
    Dispatchers.kill(launcher.home());
  }
}
