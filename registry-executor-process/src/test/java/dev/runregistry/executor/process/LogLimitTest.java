package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLimitTest {
  private static final long LIMIT = 20_000;
  private static final long PRINTED = 5_000_000;
  private static final String NOTICE =
      "the log of stdout has the first %d of %d bytes".formatted(LIMIT, PRINTED);

  /** Prints, waits for a word on the fifo, and ends with 7 unless a write failed. */
  private static final String SCRIPT =
      "seq -w 1000000 1714285 | head -c 5000000 || exit 1; echo err >&2; read -r _ <\"$1\"; exit 7";

  @TempDir private Path folder;
  private LocalRuns runs;

  @BeforeEach
  void begin() {
    runs = new LocalRuns(folder.resolve("home"));
  }

  private String fifo() throws IOException, InterruptedException {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo.toString();
  }

  private void letGo() throws IOException {
    Files.writeString(folder.resolve("fifo"), "go\n", StandardOpenOption.WRITE);
  }

  private static byte[] expected() throws IOException {
    Process seq =
        new ProcessBuilder("sh", "-c", "seq -w 1000000 1714285 | head -c 5000000").start();
    try (InputStream in = seq.getInputStream()) {
      return in.readAllBytes();
    }
  }

  private static byte[] head(byte[] all) {
    return Arrays.copyOf(all, (int) LIMIT);
  }

  private ProcessLogs logs(Run running) {
    return ProcessLogs.in(runs.home().workspace(running.id()).orElseThrow());
  }

  @Test
  void a_log_over_its_limit_stops_growing_and_its_run_goes_on_to_its_own_end() throws Exception {
    Run running = runs.begun(null, "sh", "-c", SCRIPT, "sh", fifo());
    LocalRunExecutor executor = runs.executor().logLimit(LogLimit.of(LIMIT)).build();
    CompletableFuture<RunOutcome> outcome =
        CompletableFuture.supplyAsync(() -> runs.execute(executor, running));
    Path stdout = runs.folder(running).log(LogStream.STDOUT);
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(running).log(LogStream.STDERR), "err"));

    assertThat(stdout).hasSize(LIMIT);
    assertThat(logs(running).maxBytes()).isEqualTo(LIMIT);
    LocalRuns.await(
        () ->
            logs(running)
                .notice(LogStream.STDOUT)
                .filter(NOTICE.replace("of 5", "of at least 5")::equals)
                .isPresent());
    letGo();

    assertThat(outcome.join().exitCode()).isEqualTo(7);
    assertThat(outcome.join().message()).endsWith(NOTICE);
    assertThat(outcome.join().output().stdout().text())
        .endsWith("[output truncated: kept the first 10240 of 5000000 bytes]\n");
    assertThat(Files.readAllBytes(stdout)).isEqualTo(head(expected()));
    runs.home().end(Runs.ended(running, outcome.join()));
    runs.home().archive(running.id());
    assertThat(logs(running).notice(LogStream.STDOUT)).contains(NOTICE);
    assertThat(logs(running).notice(LogStream.STDERR)).isEmpty();
  }

  @Test
  void all_is_shown_as_it_comes_also_what_the_log_does_not_keep() throws Exception {
    Path shown = folder.resolve("shown");
    Process registry = registry(folder.resolve("other")).redirectOutput(shown.toFile()).start();
    Workspace run = RegistryProcess.onlyRun(folder.resolve("other"));
    LocalRuns.await(() -> shown.toFile().length() == PRINTED);
    letGo();

    assertThat(registry.waitFor()).isEqualTo(7);
    assertThat(Files.readAllBytes(shown)).isEqualTo(expected());
    assertThat(Files.readAllBytes(run.log(LogStream.STDOUT))).isEqualTo(head(expected()));
  }

  private ProcessBuilder registry(Path home) throws IOException, InterruptedException {
    Files.createDirectories(home);
    List<String> command =
        new ArrayList<>(RegistryProcess.command(home, "sh", "-c", SCRIPT, "sh", fifo()));
    command.add(command.indexOf("-Xmx24m"), "-D" + LocalRunMain.LIMIT + "=" + LIMIT);
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(home.resolve("registry-stderr").toFile());
  }

  @Test
  void a_run_over_the_limit_whose_registry_is_killed_ends_as_it_would_have() throws Exception {
    Path home = folder.resolve("home");
    Process registry = registry(home).start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDERR), "err"));
    registry.destroyForcibly().waitFor();
    Run running = LocalRuns.running(run);

    assertThat(runs.home().tryLock(running.id())).isTrue();
    assertThat(LocalRuns.found(runs.home(), running.id())).isInstanceOf(Inspection.Running.class);
    letGo();
    LocalRuns.await(() -> LocalRuns.contains(run.exit(), "\n"));
    LocalRuns.await(() -> LocalRuns.found(runs.home(), running.id()) instanceof Inspection.Exited);

    assertThat(Files.readAllBytes(run.log(LogStream.STDOUT))).isEqualTo(head(expected()));
    assertThat(LocalRuns.found(runs.home(), running.id()))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            ended -> {
              assertThat(ended.outcome().exitCode()).isEqualTo(7);
              assertThat(ended.outcome().message()).endsWith(NOTICE);
            });
    runs.home().unlock(running.id());
  }

  @Test
  void a_log_up_to_its_limit_is_whole_and_nothing_is_said_of_it() throws Exception {
    Run running = runs.begun(null, "head", "-c", String.valueOf(LIMIT), "/dev/zero");

    RunOutcome outcome =
        runs.execute(runs.executor().logLimit(LogLimit.of(LIMIT)).build(), running);

    assertThat(outcome.message()).doesNotContain("log");
    assertThat(runs.folder(running).log(LogStream.STDOUT)).hasSize(LIMIT);
    assertThat(runs.folder(running).logTotals()).doesNotExist();
  }

  @Test
  void without_a_limit_nothing_is_noted_and_all_is_kept() throws Exception {
    Run running = runs.begun(null, "head", "-c", String.valueOf(LIMIT * 10), "/dev/zero");

    runs.execute(runs.executor().logLimit(LogLimit.NONE).build(), running);

    assertThat(runs.folder(running).log(LogStream.STDOUT)).hasSize(LIMIT * 10);
    assertThat(logs(running).maxBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(ProcessLogs.in(folder.resolve("none")).maxBytes()).isEqualTo(Long.MAX_VALUE);
  }

  /** It appended straight to its logs, and a registry made holes into them. */
  @Test
  void the_log_of_a_run_that_an_earlier_version_began_is_cut_when_it_has_ended()
      throws IOException {
    Workspace run = new Workspace(folder);
    Files.writeString(run.processes(), "log-limit " + LIMIT + "\ngrace 0\n");
    Files.writeString(run.log(LogStream.STDOUT), "x".repeat(30_000));
    Files.writeString(run.log(LogStream.STDERR), "");
    LogTrimmer logs = LogTrimmer.of(run);

    logs.cut();
    logs.cut();

    assertThat(run.log(LogStream.STDOUT)).hasSize(LIMIT);
    assertThat(LogTrimmer.of(run).notice(LogStream.STDOUT))
        .contains("the log of stdout has the first 20000 of 30000 bytes");
    assertThat(LogTrimmer.of(run).notice(LogStream.STDERR)).isEmpty();
    Files.writeString(run.logCuts(), "stdout 500\n");
    Files.delete(run.logTotals());
    assertThat(LogTrimmer.of(run).notice(LogStream.STDOUT))
        .contains("the log of stdout has the first 20000 of at least 20500 bytes");
  }

  @Test
  void a_limit_below_what_the_record_keeps_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogLimit.of(10_239))
        .withMessageContaining("at least 10240 bytes")
        .withMessageContaining("10239");
  }
}
