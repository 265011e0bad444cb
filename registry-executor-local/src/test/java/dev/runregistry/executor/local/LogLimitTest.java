package dev.runregistry.executor.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.RunStanding;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /** What the file takes on the disk. */
  private static long allocated(Path file) {
    try {
      Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
      try (InputStream in = stat.getInputStream()) {
        String blocks = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        return Long.parseLong(blocks) * 512;
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
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

  @Test
  void a_log_over_its_limit_stops_growing_and_its_run_goes_on_to_its_own_end() throws Exception {
    Run running = runs.begun(null, "sh", "-c", SCRIPT, "sh", fifo());
    LocalRunExecutor executor = runs.executor().logLimit(LogLimit.of(LIMIT)).build();
    CompletableFuture<RunOutcome> outcome =
        CompletableFuture.supplyAsync(() -> executor.execute(running));
    Path stdout = runs.folder(running).log(LogStream.STDOUT);
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(running).log(LogStream.STDERR), "err"));

    LocalRuns.await(() -> allocated(stdout) < 200_000);
    assertThat(runs.home().limit(running.id())).isEqualTo(LIMIT);
    assertThat(runs.home().logNotice(running.id(), LogStream.STDOUT)).contains(NOTICE);
    letGo();

    assertThat(outcome.join().exitCode()).isEqualTo(7);
    assertThat(outcome.join().message()).endsWith(NOTICE);
    assertThat(outcome.join().output().stdout().text())
        .endsWith("[output truncated: kept the first 10240 of 5000000 bytes]\n");
    assertThat(Files.readAllBytes(stdout)).isEqualTo(head(expected()));
    runs.home().end(Runs.ended(running, outcome.join()));
    runs.home().settle(running.id());
    assertThat(runs.home().logNotice(running.id(), LogStream.STDOUT)).contains(NOTICE);
    assertThat(runs.home().logNotice(running.id(), LogStream.STDERR)).isEmpty();
  }

  @Test
  void all_is_shown_as_it_comes_also_what_the_log_does_not_keep() throws Exception {
    Run running = runs.begun(null, "sh", "-c", SCRIPT, "sh", fifo());
    Path shown = Files.createFile(folder.resolve("shown"));
    Path stdout = runs.folder(running).log(LogStream.STDOUT);
    try (FileChannel out = FileChannel.open(shown, StandardOpenOption.WRITE);
        FileChannel err = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE)) {
      LocalRunExecutor executor =
          runs.executor().logLimit(LogLimit.of(LIMIT)).liveOutput(out, err).build();
      CompletableFuture<RunOutcome> outcome =
          CompletableFuture.supplyAsync(() -> executor.execute(running));
      LocalRuns.await(() -> Files.exists(stdout) && stdout.toFile().length() == PRINTED);
      LocalRuns.await(() -> allocated(stdout) < 200_000);
      letGo();

      assertThat(outcome.join().message()).endsWith(NOTICE);
      executor.awaitShown();
    }

    assertThat(Files.readAllBytes(shown)).isEqualTo(expected());
    LocalRuns.await(() -> stdout.toFile().length() == LIMIT);
    assertThat(Files.readAllBytes(stdout)).isEqualTo(head(expected()));
  }

  @Test
  void a_run_over_the_limit_whose_registry_is_killed_ends_as_it_would_have() throws Exception {
    Path home = folder.resolve("home");
    Files.createDirectories(home);
    List<String> command =
        new ArrayList<>(RegistryProcess.command(home, "sh", "-c", SCRIPT, "sh", fifo()));
    command.add(1, "-D" + LocalRunMain.LIMIT + "=" + LIMIT);
    Process registry =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(home.resolve("registry-stderr").toFile())
            .start();
    RunFolder run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDERR), "err"));
    registry.destroyForcibly().waitFor();
    Run running = RunJson.readStarted(Files.readAllBytes(run.started())).run();

    assertThat(runs.home().claim(running.id())).isTrue();
    assertThat(runs.home().standing(running.id())).isInstanceOf(RunStanding.Orphaned.class);
    assertThat(allocated(run.log(LogStream.STDOUT))).isLessThan(200_000);
    letGo();
    LocalRuns.await(() -> LocalRuns.contains(run.exit(), "\n"));
    LocalRuns.await(() -> runs.home().standing(running.id()) instanceof RunStanding.ChildEnded);

    assertThat(Files.readAllBytes(run.log(LogStream.STDOUT))).isEqualTo(head(expected()));
    assertThat(runs.home().standing(running.id()))
        .isInstanceOfSatisfying(
            RunStanding.ChildEnded.class,
            ended -> {
              assertThat(ended.outcome().exitCode()).isEqualTo(7);
              assertThat(ended.outcome().message()).endsWith(NOTICE);
            });
    runs.home().release(running.id());
  }

  @Test
  void a_log_up_to_its_limit_is_whole_and_nothing_is_said_of_it() throws Exception {
    Run running = runs.begun(null, "head", "-c", String.valueOf(LIMIT), "/dev/zero");

    RunOutcome outcome = runs.executor().logLimit(LogLimit.of(LIMIT)).build().execute(running);

    assertThat(outcome.message()).doesNotContain("log");
    assertThat(runs.folder(running).log(LogStream.STDOUT)).hasSize(LIMIT);
    assertThat(runs.folder(running).logTotals()).doesNotExist();
  }

  @Test
  void without_a_limit_nothing_is_noted_and_all_is_kept() throws Exception {
    Run running = runs.begun(null, "head", "-c", String.valueOf(LIMIT * 10), "/dev/zero");

    runs.executor().logLimit(LogLimit.NONE).build().execute(running);

    assertThat(runs.folder(running).log(LogStream.STDOUT)).hasSize(LIMIT * 10);
    assertThat(runs.home().limit(running.id())).isEqualTo(Long.MAX_VALUE);
    assertThat(runs.home().limit(Runs.id())).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void where_a_file_can_have_no_holes_it_is_cut_and_at_least_what_was_cut_is_counted()
      throws IOException {
    RunFolder run = new RunFolder(folder);
    new RunProcesses(run).create(Optional.empty(), Duration.ZERO, LogLimit.of(LIMIT));
    LimitedLogs logs = new LimitedLogs(run, LogLimit.of(LIMIT), (file, from, to) -> false);
    Files.writeString(run.log(LogStream.STDERR), "");
    for (int i = 1; i <= 3; i++) {
      Files.writeString(
          run.log(LogStream.STDOUT),
          "x".repeat(30_000),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      logs.look(stream -> Long.MAX_VALUE);
      assertThat(run.log(LogStream.STDOUT)).hasSize(LIMIT);
      assertThat(logs.total(LogStream.STDOUT)).isEqualTo(i * 30_000L);
    }
    logs.cut();
    logs.cut();

    assertThat(LimitedLogs.of(run).notice(LogStream.STDOUT))
        .contains("the log of stdout has the first 20000 of at least 90000 bytes");
    assertThat(LimitedLogs.of(run).notice(LogStream.STDERR)).isEmpty();
  }

  @Test
  void what_is_not_shown_yet_is_kept() throws IOException {
    RunFolder run = new RunFolder(folder);
    List<Long> holes = new ArrayList<>();
    LimitedLogs logs =
        new LimitedLogs(
            run, LogLimit.of(LIMIT), (file, from, to) -> holes.add(from) && holes.add(to));
    Files.writeString(run.log(LogStream.STDOUT), "x".repeat(50_000));

    logs.look(stream -> LIMIT);
    logs.look(stream -> LIMIT + 1);
    logs.look(stream -> 99_999);

    assertThat(holes).containsExactly(LIMIT, LIMIT + 1, LIMIT, 50_000L);
  }

  @Test
  void a_limit_below_what_the_record_keeps_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogLimit.of(10_239))
        .withMessageContaining("at least 10240 bytes")
        .withMessageContaining("10239");
  }

  @Test
  void a_tool_that_cannot_make_a_hole_is_told_from_one_that_can() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x".repeat(100_000));

    assertThat(HoleInFile.make("false", file, 4_096, 100_000)).isFalse();
    assertThat(HoleInFile.make(file, 4_096, 100_000)).isTrue();
    assertThat(allocated(file)).isLessThan(50_000);
    assertThat(file).hasSize(100_000);
  }
}
