package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  private static final long GIGABYTE = 1L << 30;

  @TempDir private Path folder;
  private LocalRuns runs;

  @BeforeEach
  void makeHome() {
    runs = new LocalRuns(folder.resolve("home"));
  }

  @Test
  void a_gigabyte_is_kept_and_shown_in_24_megabytes_of_memory()
      throws IOException, InterruptedException {
    Path home = Files.createDirectory(folder.resolve("other"));
    Process registry =
        RegistryProcess.builder(home, "head", "-c", Long.toString(GIGABYTE), "/dev/zero").start();

    long shown = count(registry.getInputStream());

    assertThat(registry.waitFor()).isZero();
    assertThat(shown).isEqualTo(GIGABYTE);
    Workspace run = RegistryProcess.onlyRun(home);
    assertThat(run.log(LogStream.STDOUT)).hasSize(GIGABYTE);
    Run ended = LocalRuns.ended(run);
    assertThat(ended.output().stdout().text())
        .endsWith("[output truncated: kept the first 3413 of 1073741824 bytes]\n");
  }

  private static long count(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      bytes += read;
    }
    return bytes;
  }

  @Test
  void output_that_is_not_text_does_not_change_the_ending() {
    assertThat(runs.execute("printf", "a\\377\\376\\000\\303b"))
        .isEqualTo(new Exited(0, Runs.output("a\ufffd\ufffd\ufffd\ufffdb", "")));
  }

  private Path home() throws IOException {
    return Files.createDirectories(folder.resolve("other"));
  }

  /** A registry whose stdout is that file, and its stderr another. */
  private ProcessBuilder registry(Path out, String... command) throws IOException {
    return RegistryProcess.builder(home(), command).redirectOutput(out.toFile());
  }

  private Run ended() throws IOException {
    return LocalRuns.ended(RegistryProcess.onlyRun(home()));
  }

  @Test
  void everything_is_shown_once_that_was_waited_for() throws IOException, InterruptedException {
    Path out = folder.resolve("out");

    registry(out, "sh", "-c", "echo out; echo err >&2; printf end").start().waitFor();

    assertThat(out).hasContent("out\nend");
    assertThat(home().resolve("registry-stderr")).hasContent("err\n");
  }

  @Test
  void what_a_run_printed_on_both_streams_overwrote_itself_in_the_one_file_for_both()
      throws IOException, InterruptedException {
    Path both = folder.resolve("both");
    String script = "yes o | head -n 2000000 & yes e | head -n 2000000 >&2; wait";

    registry(both, "sh", "-c", script).redirectErrorStream(true).start().waitFor();

    String shown = Files.readString(both);
    assertThat(shown.chars().filter(c -> c == 'o').count()).isEqualTo(2_000_000);
    assertThat(shown.chars().filter(c -> c == 'e').count()).isEqualTo(2_000_000);
    assertThat(shown.length()).isEqualTo(8_000_000);
  }

  @Test
  void the_stdout_of_a_burst_came_before_its_stderr() throws IOException, InterruptedException {
    Path both = folder.resolve("both");
    String script = "for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done";
    for (int i = 0; i < 20; i++) {
      registry(both, "sh", "-c", script).redirectErrorStream(true).start().waitFor();

      assertThat(both).hasContent("o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n");
    }
  }

  @Test
  void a_slow_reader_does_not_keep_a_run_running() throws IOException, InterruptedException {
    Process registry =
        RegistryProcess.builder(home(), "seq", "100000").start(); // more than our stdout holds
    Workspace run = RegistryProcess.onlyRun(home());

    LocalRuns.await(
        () -> Files.exists(run.path().resolve("outcome.json"))); // and nothing is read until then

    assertThat(ended().exitCode()).isZero();
    assertThat(new String(registry.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .startsWith("1\n2\n")
        .endsWith("\n99999\n100000\n");
    assertThat(registry.waitFor()).isZero();
  }

  @Test
  void output_is_shown_while_the_run_goes_on() throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Process registry =
        registry(out, "sh", "-c", "echo one; read -r _ <\"$1\"; echo two", "sh", fifo()).start();

    LocalRuns.await(() -> LocalRuns.contains(out, "one\n"));
    assertThat(registry.isAlive()).isTrue();
    Files.writeString(folder.resolve("fifo"), "go\n");

    assertThat(registry.waitFor()).isZero();
    assertThat(out).hasContent("one\ntwo\n");
  }

  private String fifo() {
    assertThat(runs.exited("mkfifo", folder.resolve("fifo").toString()).code()).isZero();
    return folder.resolve("fifo").toString();
  }

  @Test
  void what_was_printed_before_a_write_to_dev_stderr_was_gone() {
    String script =
        "echo 1 >&2; echo W > /dev/stderr; echo 3 >&2; X=$(echo ready | tee /dev/stderr);"
            + " echo 4 >&2; echo a; echo b > /dev/stdout; : > /dev/fd/1; : > /proc/self/fd/1; echo c";

    assertThat(runs.execute("sh", "-c", script))
        .isEqualTo(new Exited(0, Runs.output("a\nb\nc\n", "1\nW\n3\nready\n4\n")));
  }

  @Test
  void a_full_disk_where_output_is_shown_does_not_end_the_run()
      throws IOException, InterruptedException {
    String script = "echo one; sleep 0.2; echo two >&2; exit 6";

    Process registry = registry(Path.of("/dev/full"), "sh", "-c", script).start();

    assertThat(registry.waitFor()).isEqualTo(6);
    assertThat(ended().output()).isEqualTo(Runs.output("one\n", "two\n"));
    assertThat(home().resolve("registry-stderr")).hasContent("two\n");
  }

  @Test
  void when_nobody_reads_our_stdout_the_run_ends_as_in_a_pipe()
      throws IOException, InterruptedException {
    Path home = Files.createDirectory(folder.resolve("other"));
    Process registry = RegistryProcess.builder(home, "yes").start();
    assertThat(registry.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'y', '\n'});

    registry.getInputStream().close();

    assertThat(registry.waitFor()).isEqualTo(141);
    Run ended = LocalRuns.ended(RegistryProcess.onlyRun(home));
    assertThat(ended.exitCode()).isEqualTo(141);
    assertThat(ended.output().stdout().text()).startsWith("y\ny\n");
  }

  @Test
  void a_run_that_ignores_the_closed_pipe_goes_on_to_its_own_end()
      throws IOException, InterruptedException {
    String script = "trap '' PIPE; while echo y; do sleep 0.02; done 2>&-; echo gone >&2; exit 5";
    Process registry = RegistryProcess.builder(home(), "sh", "-c", script).start();
    assertThat(registry.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'y', '\n'});

    registry.getInputStream().close();

    assertThat(registry.waitFor()).isEqualTo(5);
    assertThat(ended().output().stderr().text()).isEqualTo("gone\n");
  }

  @Test
  void a_run_without_output_has_empty_logs() {
    Run running = runs.begun(null, "true");

    assertThat(runs.execute(runs.executor().build(), running))
        .isEqualTo(new Exited(0, Output.NONE));
    assertThat(runs.folder(running).log(LogStream.STDOUT)).isEmptyFile();
    assertThat(runs.folder(running).log(LogStream.STDERR)).isEmptyFile();
  }
}
