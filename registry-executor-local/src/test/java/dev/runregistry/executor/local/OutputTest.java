package dev.runregistry.executor.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
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
    RunFolder run = RegistryProcess.onlyRun(home);
    assertThat(run.log(LogStream.STDOUT)).hasSize(GIGABYTE);
    Run ended = RunJson.readEnded(Files.readAllBytes(run.ended()));
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

  @Test
  void everything_is_shown_once_that_was_waited_for() throws IOException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    try (FileChannel outChannel = create(out);
        FileChannel errChannel = create(err)) {
      LocalRunExecutor executor = runs.executor().liveOutput(outChannel, errChannel).build();

      for (int i = 0; i < 20; i++) {
        executor.execute(runs.begun(null, "sh", "-c", "echo out; echo err >&2; printf end"));
        executor.awaitShown();
      }

      assertThat(outChannel.isOpen()).isTrue();
    }
    assertThat(out).hasContent("out\nend".repeat(20));
    assertThat(err).hasContent("err\n".repeat(20));
  }

  @Test
  void what_a_run_printed_on_both_streams_overwrote_itself_in_the_one_file_for_both()
      throws IOException {
    Path both = folder.resolve("both");
    try (FileChannel channel = create(both)) {
      LocalRunExecutor executor = runs.executor().liveOutput(channel, channel).build();

      executor.execute(
          runs.begun(
              null, "sh", "-c", "yes o | head -n 2000000 & yes e | head -n 2000000 >&2; wait"));
      executor.awaitShown();
    }
    String shown = Files.readString(both);
    assertThat(shown.chars().filter(c -> c == 'o').count()).isEqualTo(2_000_000);
    assertThat(shown.chars().filter(c -> c == 'e').count()).isEqualTo(2_000_000);
    assertThat(shown.length()).isEqualTo(8_000_000);
  }

  @Test
  void a_slow_reader_does_not_keep_a_run_running() throws IOException, InterruptedException {
    Process reader =
        new ProcessBuilder("sh", "-c", "exec 3<\"$1\"; read -r _; cat <&3", "sh", fifo())
            .redirectOutput(folder.resolve("read").toFile())
            .start();
    try (FileChannel pipe = FileChannel.open(folder.resolve("fifo"), StandardOpenOption.WRITE);
        FileChannel errors = create(folder.resolve("err"))) {
      LocalRunExecutor executor = runs.executor().liveOutput(pipe, errors).build();
      Run running = runs.begun(null, "seq", "100000"); // more than a pipe holds

      assertThat(executor.execute(running).exitCode()).isZero();

      assertThat(reader.isAlive()).as("it has not begun to read").isTrue();
      runs.home().settle(running.id());
      reader.outputWriter().append("go\n").close();
      executor.awaitShown();
    }
    assertThat(reader.waitFor()).isZero();
    assertThat(folder.resolve("read")).content().endsWith("\n99999\n100000\n");
  }

  @Test
  void output_is_shown_while_the_run_goes_on() throws IOException {
    Path out = folder.resolve("out");
    try (FileChannel channel = create(out);
        FileChannel errors = create(folder.resolve("err"))) {
      LocalRunExecutor executor = runs.executor().liveOutput(channel, errors).build();
      Run running =
          runs.begun(null, "sh", "-c", "echo one; read -r _ <\"$1\"; echo two", "sh", fifo());
      CompletableFuture<RunOutcome> outcome =
          CompletableFuture.supplyAsync(() -> executor.execute(running));

      LocalRuns.await(() -> LocalRuns.contains(out, "one\n"));
      assertThat(outcome).isNotDone();
      Files.writeString(folder.resolve("fifo"), "go\n");

      assertThat(outcome.join().exitCode()).isZero();
      executor.awaitShown();
      assertThat(out).hasContent("one\ntwo\n");
    }
  }

  private String fifo() {
    assertThat(runs.exited("mkfifo", folder.resolve("fifo").toString()).code()).isZero();
    return folder.resolve("fifo").toString();
  }

  @Test
  void a_run_that_empties_its_own_output_is_shown_from_there_on() throws IOException {
    Path out = folder.resolve("out");
    try (FileChannel channel = create(out);
        FileChannel errors = create(folder.resolve("err"))) {
      Path log = folder.resolve("home/runs/active");
      Run running =
          runs.begun(
              null,
              "sh",
              "-c",
              "echo long line; while ! grep -q long \"$1\"; do sleep 0.02; done; : >/dev/stdout;"
                  + " sleep 0.3; echo new",
              "sh",
              out.toString());
      assertThat(log).exists();

      LocalRunExecutor executor = runs.executor().liveOutput(channel, errors).build();
      executor.execute(running);
      executor.awaitShown();
    }
    assertThat(out).hasContent("long line\nnew\n");
  }

  @Test
  void a_full_disk_where_output_is_shown_does_not_end_the_run() throws IOException {
    try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
        FileChannel errors = create(folder.resolve("err"))) {
      LocalRunExecutor executor = runs.executor().liveOutput(full, errors).build();
      Run running = runs.begun(null, "sh", "-c", "echo one; sleep 0.2; echo two >&2; exit 6");

      assertThat(executor.execute(running)).isEqualTo(new Exited(6, Runs.output("one\n", "two\n")));
      executor.awaitShown();
    }
    assertThat(folder.resolve("err")).hasContent("two\n");
  }

  @Test
  void when_nobody_reads_our_stdout_the_run_ends_as_in_a_pipe()
      throws IOException, InterruptedException {
    Path home = Files.createDirectory(folder.resolve("other"));
    Process registry = RegistryProcess.builder(home, "yes").start();
    assertThat(registry.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'y', '\n'});

    registry.getInputStream().close();

    assertThat(registry.waitFor()).isEqualTo(141);
    Run ended = RunJson.readEnded(Files.readAllBytes(RegistryProcess.onlyRun(home).ended()));
    assertThat(ended.exitCode()).isEqualTo(141);
    assertThat(ended.output().stdout().text()).startsWith("y\ny\n");
  }

  @Test
  void a_run_that_ignores_the_closed_pipe_is_ended_too() throws IOException, InterruptedException {
    Path home = Files.createDirectory(folder.resolve("other"));
    String script = "trap '' PIPE; while :; do echo y; sleep 0.02; done";
    Process registry = RegistryProcess.builder(home, "sh", "-c", script).start();
    assertThat(registry.getInputStream().readNBytes(2)).isEqualTo(new byte[] {'y', '\n'});

    registry.getInputStream().close();

    assertThat(registry.waitFor()).isEqualTo(143);
  }

  @Test
  void a_run_without_output_has_empty_logs() {
    Run running = runs.begun(null, "true");

    assertThat(runs.executor().build().execute(running)).isEqualTo(new Exited(0, Output.NONE));
    assertThat(runs.home().log(running.id(), LogStream.STDOUT).orElseThrow()).isEmptyFile();
    assertThat(runs.home().log(running.id(), LogStream.STDERR).orElseThrow()).isEmptyFile();
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
