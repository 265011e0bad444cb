package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.text.LogTail;
import dev.runregistry.cli.text.OutputText;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code runs show} has of a run's output. */
class OutputTextTest {
  @TempDir Path folder;

  private static String lines(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj("step %05d of the training\n"::formatted)
        .collect(Collectors.joining());
  }

  private static Run failedWith(String stdout, String stderr) {
    return Runs.ended(
        Runs.running(),
        new RunOutcome.Exited(1, new Output(OutputExcerpt.of(stdout), OutputExcerpt.of(stderr))));
  }

  private FileRunJournal home() {
    return FileRunJournal.at(folder);
  }

  private OutputText text(String... options) {
    return new OutputText(home(), List.of(options));
  }

  private void write(Run run, String state, String name, String log) throws IOException {
    Path runFolder =
        Files.createDirectories(folder.resolve("runs").resolve(state).resolve(run.id().toString()));
    Files.write(runFolder.resolve(name), log.getBytes(StandardCharsets.UTF_8));
  }

  private Result shown(String... command) {
    Session session = new Session(folder);
    session.registry(command);
    String id = session.registry("runs", "--json").out().substring(11, 47);
    return session.registry("runs", "show", id);
  }

  @Test
  void why_a_run_failed_was_behind_the_10_240_bytes_that_are_kept() {
    String program =
        "i=0; while [ $i -lt 600 ]; do echo \"warning: a message of $i\" >&2; i=$((i+1)); done;"
            + " echo 'RuntimeError: CUDA out of memory' >&2; exit 1";

    String shown = shown("run", "--", "sh", "-c", program).out();

    assertThat(shown)
        .containsPattern("\\[output truncated: kept the first 10240 of \\d+ bytes\\]\n")
        .containsPattern("\n\\d{4} more bytes: registry runs logs --stderr [0-9a-f-]{36}\n")
        .contains("\nstderr, the last 50 lines, from this host's log file:\n")
        .contains("warning: a message of 0\n", "warning: a message of 599\n")
        .endsWith("\nRuntimeError: CUDA out of memory\n");
  }

  @Test
  void a_progress_bar_was_one_wall_of_its_states() {
    String program =
        "i=0; while [ $i -lt 2000 ]; do printf '\\rEpoch 1: %d/2000 |####    |' $i >&2; i=$((i+1));"
            + " done; printf '\\nRuntimeError: CUDA out of memory\\n' >&2; exit 1";

    String shown = shown("run", "--", "sh", "-c", program).out();

    assertThat(shown.length()).isLessThan(2_000);
    assertThat(shown)
        .contains("Epoch 1: 1999/2000 |####    |\n")
        .endsWith("RuntimeError: CUDA out of memory\n");
  }

  @Test
  void colours_are_left_out_and_nothing_else_reaches_the_terminal() {
    assertThat(text().of(failedWith("\u001B[1;31mred\u001B[0m \u001B[2J\r\nb\rlast\r\n", "")))
        .isEqualTo("\nstdout:\nred \uFFFD[2J\nlast\n");
  }

  @Test
  void what_is_recorded_whole_is_not_shown_twice() throws IOException {
    Run run = failedWith("all of it\n", "");
    write(run, "done", "stdout.log", "all of it\n");

    assertThat(text().of(run)).isEqualTo("\nstdout:\nall of it\n");
  }

  @Test
  void the_end_does_not_repeat_the_head() throws IOException {
    String log = lines(0, 400);
    Run run = failedWith(log, "");
    write(run, "done", "stdout.log", log);

    assertThat(text().of(run))
        .contains(
            "]\n%d more bytes: registry runs logs --stdout %s\n"
                .formatted(log.length() - 10_240, run.id()))
        .contains("\nstdout, the last 21 lines, from this host's log file:\n…")
        .endsWith(lines(380, 400))
        .containsOnlyOnce("step 00390 of the training");
  }

  @Test
  void a_host_without_the_log_says_where_the_rest_is() {
    Run run = failedWith("", lines(0, 600));

    assertThat(text("--db", "jdbc:sqlite:/a b.db").of(run))
        .endsWith(
            "more bytes: registry runs logs --stderr %s --db 'jdbc:sqlite:/a b.db' (on the host of the run)\n"
                .formatted(run.id()))
        .doesNotContain("from this host's log file");
    Run known =
        Runs.ended(
            Runs.running().withProvenance(Runs.provenance()),
            new RunOutcome.Exited(1, run.output()));
    assertThat(text().of(known)).endsWith(" (on host node7)\n");
  }

  @Test
  void a_run_that_is_still_running_shows_what_it_has_printed_so_far() throws IOException {
    Run run = Runs.running();
    write(run, "active", "stderr.log", lines(0, 60));

    assertThat(text().of(run))
        .isEqualTo(
            "\nstderr, the last 50 lines so far, from this host's log file:\n" + lines(10, 60));
  }

  @Test
  void the_last_lines_of_a_log_are_looked_for_only_so_far_back() throws IOException {
    Path file = folder.resolve("log");
    Files.writeString(file, "x".repeat(400_000) + "ö\nlast");

    assertThat(LogTail.of(file, 0, Long.MAX_VALUE, 50).orElseThrow().lines())
        .hasSize(2)
        .last()
        .isEqualTo("last");
    assertThat(LogTail.of(file, 0, 300_000, 50).orElseThrow().lines())
        .singleElement()
        .asString()
        .startsWith("…xxx")
        .hasSizeLessThan(2_000);
    assertThat(LogTail.of(file, 400_001, Long.MAX_VALUE, 50).orElseThrow().lines())
        .containsExactly("…", "last");
    assertThat(LogTail.of(file, 400_007, Long.MAX_VALUE, 50)).isEmpty();
  }
}
