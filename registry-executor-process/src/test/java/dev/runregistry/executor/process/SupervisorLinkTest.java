package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorLinkTest {
  private static Process started(LocalRuns runs, Run running) throws IOException {
    return new Launch(
            running, Invocation.of(running.spec().command()), runs.settings(), runs.folder(running))
        .start();
  }

  @Test
  void a_registry_that_opens_the_pipes_after_the_end_of_the_child_receives_it(@TempDir Path home)
      throws IOException {
    LocalRuns runs = new LocalRuns(home);
    Run running = runs.begun(null, "sh", "-c", "exit 3");
    Workspace folder = runs.folder(running);

    Process supervisor = started(runs, running);
    LocalRuns.await(() -> LocalRuns.contains(folder.exit(), "3\n"));
    SupervisorLink link = new SupervisorLink(supervisor, new ProcessFile(folder));
    link.open();

    assertThat(link.awaitDone(Duration.ofMinutes(1))).isTrue();
    assertThat(link.child()).isPresent();
    assertThat(link.end())
        .hasValueSatisfying(
            end -> {
              assertThat(end.code()).isEqualTo(3);
              assertThat(end.signaled()).isFalse();
            });
  }

  @Test
  void a_supervisor_whose_registry_never_opens_the_pipes_exits(@TempDir Path home)
      throws IOException, InterruptedException {
    LocalRuns runs = new LocalRuns(home);
    Run running = runs.begun(null, "sh", "-c", "exit 3");

    Process supervisor = started(runs, running);

    assertThat(supervisor.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(supervisor.exitValue()).isEqualTo(3);
    assertThat(Files.readString(runs.folder(running).exit())).isEqualTo("3\n");
  }
}
