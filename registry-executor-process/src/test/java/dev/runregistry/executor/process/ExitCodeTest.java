package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunReason;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.DefaultSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitCodeTest {
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
  }

  @Test
  void every_exit_code_passes_through() {
    List<Integer> codes = IntStream.rangeClosed(0, 255).boxed().toList();

    List<Integer> found =
        codes.parallelStream().map(code -> runs.exited("sh", "-c", "exit " + code).code()).toList();

    assertThat(found).isEqualTo(codes);
  }

  @ParameterizedTest
  @CsvSource({"HUP,129", "INT,130", "KILL,137", "SEGV,139", "PIPE,141", "TERM,143"})
  void death_by_a_signal_is_128_and_its_number(String signal, int code) {
    assertThat(runs.execute(DefaultSignals.command("sh", "-c", "kill -s " + signal + " $$")))
        .isEqualTo(new Exited(code, Output.NONE)); // and the shell's "Killed" is not its output
  }

  @Test
  void an_exit_code_above_128_is_no_signal_by_itself() {
    assertThat(runs.exited("sh", "-c", "exit 137").reason()).isEqualTo(RunReason.EXITED);
    assertThat(runs.exited("sh", "-c", "kill -s KILL $$").reason()).isEqualTo(RunReason.SIGNALED);
  }

  /** By the end of a mount, say. */
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 127})
  void a_run_whose_folder_went_away_was_reported_as_never_started(int code) {
    String active = runs.home().folder().resolve("runs/active").toString();

    assertThat(runs.exited("sh", "-c", "rm -r \"$0\"; exit " + code, active).code())
        .isEqualTo(code);
  }

  @Test
  void without_its_folder_a_run_whose_supervisor_was_killed_is_lost() {
    String active = runs.home().folder().resolve("runs/active").toString();
    String script = "rm -r \"$0\"; kill -s KILL $PPID; exec sleep 1000"; // there until it is ended

    assertThat(runs.execute("sh", "-c", script, active))
        .isEqualTo(
            new Lost(
                "Lost: its directory was removed, and its exit code with it;"
                    + " 1 remaining process was terminated",
                Output.NONE));
  }

  @Test
  void fifty_runs_at_once_have_each_its_own_ending() {
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      List<CompletableFuture<RunOutcome>> outcomes =
          IntStream.range(0, 50)
              .mapToObj(i -> new String[] {"sh", "-c", "echo $1; sleep 0.3; exit $1", "", "" + i})
              .map(command -> CompletableFuture.supplyAsync(() -> runs.execute(command), threads))
              .toList();

      assertThat(outcomes.stream().map(CompletableFuture::join).toList())
          .isEqualTo(
              IntStream.range(0, 50)
                  .mapToObj(i -> new Exited(i, Runs.output(i + "\n", "")))
                  .toList());
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "two words", "'single' \"double\" `back` $HOME $(id) \\ \\n", "line\nfeed\n", "*",
        "-n", "--", "tab\tand\rreturn", "ünïcödé 😀 مرحبا", "{config}", "%s;exit 3"
      })
  void an_argument_arrives_as_it_is(String argument) {
    assertThat(runs.exited("printf", "%s", "<" + argument + ">").output().stdout().text())
        .isEqualTo("<" + argument + ">");
    assertThat(
            runs.exited("sh", "-c", "printf '%s' \"$1\"", "sh", argument).output().stdout().text())
        .isEqualTo(argument);
  }

  @Test
  void a_script_without_an_interpreter_line_is_run_by_sh(@TempDir Path folder) throws IOException {
    Path script = executable(folder.resolve("script"), "echo from sh\nexit 7\n");

    assertThat(runs.execute(script.toString()))
        .isEqualTo(new Exited(7, Runs.output("from sh\n", "")));
  }

  @Test
  void a_program_whose_name_begins_with_a_hyphen_is_no_option(@TempDir Path folder)
      throws IOException {
    executable(folder.resolve("-c"), "#!/bin/sh\nexit 9\n");
    LocalRunExecutor executor =
        runs.executor().environment("PATH", folder + ":" + System.getenv("PATH")).build();

    assertThat(runs.execute(executor, runs.begun(null, "-c")))
        .isEqualTo(new Exited(9, Output.NONE));
  }

  @Test
  void a_run_that_leaves_nothing_but_its_folder_can_be_settled() throws IOException {
    Run running = runs.begun(null, "sh", "-c", "echo hello");
    RunOutcome outcome = runs.execute(runs.executor().build(), running);
    runs.home().end(Runs.ended(running, outcome));
    runs.home().archive(running.id());

    assertThat(runs.home().activeRuns()).isZero();
    Path log = log(running, LogStream.STDOUT);
    assertThat(log).hasContent("hello\n");
    assertThat(log.resolveSibling("exit")).hasContent("0\n");
    assertThat(log.resolveSibling("supervisor.log")).isEmptyFile();
  }

  private Path log(Run running, LogStream stream) {
    return ProcessLogs.in(runs.home().workspace(running.id()).orElseThrow())
        .file(stream)
        .orElseThrow();
  }

  static Path executable(Path file, String content) throws IOException {
    Files.writeString(file, content);
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("cannot make it executable: " + file);
    }
    return file;
  }
}
