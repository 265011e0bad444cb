package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that is killed, or told to end, in the middle of a run. */
class CrashTest {
  @TempDir private Path home;

  @Test
  void a_run_and_its_exit_code_outlive_a_killed_registry()
      throws IOException, InterruptedException {
    Process registry =
        RegistryProcess.builder(
                home, "sh", "-c", "echo up; read -r _ <\"$1\"; echo down; exit 7", "sh", fifo())
            .start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));

    registry.destroyForcibly().waitFor();
    ProcessFile processes = new ProcessFile(run);
    ProcessIdentity child = processes.child().orElseThrow().identity();
    ProcessIdentity supervisor = processes.supervisor().orElseThrow().identity();

    assertThat(LocalRuns.running(run).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(OwnerIdentity.readFrom(run.run()).process().pid()).isEqualTo(registry.pid());
    assertThat(ProcessTable.ofThisHost().find(registry.pid())).isEmpty();
    assertThat(identityNow(child.pid())).isEqualTo(child);
    assertThat(identityNow(supervisor.pid())).isEqualTo(supervisor);
    assertThat(run.exit()).doesNotExist();

    Files.writeString(home.resolve("fifo"), "go\n");
    LocalRuns.await(() -> LocalRuns.contains(run.exit(), "\n"));

    assertThat(run.exit()).hasContent("7\n");
    assertThat(run.log(LogStream.STDOUT)).hasContent("up\ndown\n");
    assertThat(run.path().resolve("outcome.json")).doesNotExist();
    LocalRuns.await(() -> ProcessTable.ofThisHost().find(supervisor.pid()).isEmpty());
  }

  private static ProcessIdentity identityNow(long pid) {
    return ProcessTable.ofThisHost().find(pid).orElseThrow().identity();
  }

  private String fifo() throws IOException, InterruptedException {
    Path fifo = home.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo.toString();
  }

  @Test
  void a_registry_that_is_told_to_end_ends_its_run_and_notes_it()
      throws IOException, InterruptedException {
    String mark = "mark-" + UUID.randomUUID();
    Process registry =
        RegistryProcess.builder(home, "sh", "-c", "echo up; sleep 1000", "sh", mark).start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));

    assertThat(registry.toHandle().destroy()).isTrue(); // Process.destroy would close our pipe too

    assertThat(registry.waitFor()).isEqualTo(143);
    Run ended = LocalRuns.ended(run);
    assertThat(ended.exitCode()).isEqualTo(143);
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  private static void await(InputStream screen, String wanted) throws IOException {
    StringBuilder shown = new StringBuilder();
    while (shown.indexOf(wanted) < 0) {
      int next = screen.read();
      assertThat(next).as("the terminal closed after: %s", shown).isNotNegative();
      shown.append((char) next);
    }
  }

  @Test
  void control_c_in_a_terminal_reaches_the_run_once() throws IOException, InterruptedException {
    String script =
        "n=0; trap 'n=$((n+1))' INT; echo up; while [ $n = 0 ]; do sleep 0.1; done;"
            + " sleep 0.5; sleep 0.2; exit $((40+n))";
    Process terminal = RegistryProcess.inTerminal(home, "sh", "-c", script).start();
    Workspace run = RegistryProcess.onlyRun(home);

    try (OutputStream keyboard = terminal.getOutputStream()) {
      // shown, not only printed: ^C makes a terminal forget what it has not shown yet
      await(terminal.getInputStream(), "up");
      keyboard.write(3); // ^C
      keyboard.flush();
      terminal.getInputStream().readAllBytes();

      assertThat(terminal.waitFor()).isEqualTo(41);
    }
    assertThat(LocalRuns.ended(run).exitCode()).isEqualTo(41);
  }

  @Test
  void a_run_reads_what_is_typed_in_the_terminal() throws IOException, InterruptedException {
    Process terminal =
        RegistryProcess.inTerminal(home, "sh", "-c", "echo up; read -r name; echo hello $name")
            .start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));

    try (OutputStream keyboard = terminal.getOutputStream()) {
      keyboard.write("Ada\n".getBytes(StandardCharsets.US_ASCII));
      keyboard.flush();
      String screen = new String(terminal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(screen).contains("hello Ada");
      assertThat(terminal.waitFor()).isZero();
    }
  }

  @Test
  void a_full_disk_starts_nothing_and_leaves_nothing_behind()
      throws IOException, InterruptedException {
    Path never = home.resolve("never");
    String registry = RegistryProcess.commandLine(home.resolve("home"), "touch", never.toString());
    Process limited = // no file may grow, as on a full disk
        new ProcessBuilder("sh", "-c", "ulimit -f 0; " + registry)
            .redirectErrorStream(true)
            .start();

    String said = new String(limited.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(limited.waitFor()).isNotZero();
    assertThat(said)
        .contains("JournalException")
        .contains("cannot be journaled in")
        .contains("File too large");
    assertThat(FileTree.below(home.resolve("home/runs/active"))).isEmpty();
    assertThat(never).doesNotExist();
  }
}
