package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.Fifo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run folders as no run leaves them on a good day. */
class OutcomeReaderTest {
  private static final ProcessTable.Entry UNKILLABLE =
      new ProcessTable.Entry(new ProcessIdentity(77, 1), 1, 1, 1, 0, 'D', "nfs");

  @TempDir private Path folder;
  private final Run run = Runs.running();

  @BeforeEach
  void makeFolder() throws IOException {
    Files.writeString(folder.resolve("processes"), "protocol 2\nattempt 1\nsupervisor \nchild \n");
    Files.writeString(folder.resolve("stdout.log"), "");
    Files.writeString(folder.resolve("stderr.log"), "");
    Files.writeString(folder.resolve("supervisor.log"), "");
  }

  private RunOutcome outcome(
      int supervisorExit, ProcessTree.TerminationResult leftBehind, EndCause cause) {
    Workspace runFolder = new Workspace(folder);
    return new OutcomeReader(
            run, runFolder, new ProcessFile(runFolder), OptionalInt.of(supervisorExit), leftBehind)
        .outcome(cause);
  }

  private RunOutcome outcome(int supervisorExit) {
    return outcome(supervisorExit, ProcessTree.TerminationResult.NOTHING, EndCause.ENDED);
  }

  @Test
  void when_the_disk_was_too_full_for_the_exit_code_the_supervisor_has_told_it()
      throws IOException {
    Files.createFile(folder.resolve("exit"));

    assertThat(outcome(3)).isEqualTo(new Exited(3, Output.NONE));
  }

  @Test
  void a_run_that_notes_that_it_was_not_started_was_if_its_supervisor_exited_as_it_did()
      throws IOException {
    Files.writeString(folder.resolve("processes"), "protocol 2\nchild \nunstarted \n");

    assertThat(outcome(127)).isEqualTo(new Exited(127, Output.NONE));
    assertThat(outcome(Supervisor.CANNOT_START)).isInstanceOf(NotStarted.class);
  }

  @Test
  void when_the_exit_code_could_not_even_be_created_the_supervisor_has_told_it() {
    assertThat(outcome(0)).isEqualTo(new Exited(0, Output.NONE));
    assertThat(outcome(3)).isEqualTo(new Exited(3, Output.NONE));
  }

  @Test
  void without_an_exit_code_and_with_a_supervisor_nobody_waited_for_it_is_lost() {
    Workspace runFolder = new Workspace(folder);
    ProcessFile processes = new ProcessFile(runFolder);
    OptionalInt unknown = OptionalInt.empty();

    assertThat(
            new OutcomeReader(
                    run, runFolder, processes, unknown, ProcessTree.TerminationResult.NOTHING)
                .outcome(EndCause.ENDED))
        .isInstanceOf(Lost.class);
  }

  @Test
  void without_an_exit_code_and_with_a_dead_supervisor_it_is_lost() {
    assertThat(outcome(137))
        .isEqualTo(new Lost("Lost: its supervisor was killed before it ended", Output.NONE));
  }

  @Test
  void a_supervisor_that_could_not_start_the_child_says_why() throws IOException {
    Files.writeString(folder.resolve("processes"), "");
    Files.writeString(folder.resolve("supervisor.log"), "sh: cannot fork\n");

    assertThat(outcome(2))
        .isEqualTo(
            new NotStarted(
                NotStarted.Cause.REFUSED, "The supervisor could not start it: sh: cannot fork"));
  }

  @Test
  void a_program_whose_logs_cannot_be_opened_was_not_started_and_has_no_exit_code()
      throws IOException, InterruptedException {
    Files.delete(folder.resolve("stdout.log"));
    Files.createDirectory(folder.resolve("stdout.log"));
    Workspace runFolder = new Workspace(folder);
    int exit =
        Supervisor.of(
                new ProcessBuilder(),
                run.id(),
                runFolder,
                List.of("true"),
                Map.of(),
                new LocalRuns(folder).settings())
            .start()
            .waitFor();

    assertThat(outcome(exit))
        .isInstanceOfSatisfying(
            NotStarted.class,
            none ->
                assertThat(none.message())
                    .contains(": stdout.log: ")
                    .doesNotContain(folder.toString()));
  }

  @Test
  void a_run_whose_supervisor_a_signal_found_unprepared_was_not_started_and_has_no_exit_code()
      throws IOException {
    Files.writeString(folder.resolve("processes"), "");

    assertThat(outcome(130)).isEqualTo(NotStarted.signalled(2));
  }

  @Test
  void what_could_not_be_ended_is_named() throws IOException {
    Files.writeString(folder.resolve("exit"), "0\n");
    ProcessTree.TerminationResult one = new ProcessTree.TerminationResult(2, List.of(UNKILLABLE));
    ProcessTree.TerminationResult two =
        new ProcessTree.TerminationResult(0, List.of(UNKILLABLE, UNKILLABLE));

    assertThat(outcome(0, one, EndCause.ENDED))
        .isEqualTo(new Exited(0, Output.NONE, "1 process could not be terminated: 77 (nfs)"));
    Duration limit = Duration.ofMillis(30_001);
    assertThat(outcome(0, two, EndCause.TIME_LIMIT))
        .isEqualTo(
            new TimedOut(
                limit, Output.NONE, "2 processes could not be terminated: 77 (nfs), 77 (nfs)"));
  }

  @Test
  void one_process_left_behind_is_one() throws IOException {
    Files.writeString(folder.resolve("exit"), "0\n");

    assertThat(
            outcome(0, new ProcessTree.TerminationResult(1, List.of()), EndCause.ENDED).message())
        .endsWith("; 1 remaining process was terminated");
  }

  @Test
  void a_log_that_grew_after_it_was_read_does_not_make_a_successful_run_lost() {
    assertThat(OutcomeReader.total(4, () -> 5)).isEqualTo(4);
    assertThat(OutcomeReader.total(OutputExcerpt.LIMIT_BYTES, () -> Long.MAX_VALUE))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void a_log_that_the_run_replaced_by_a_fifo_keeps_nobody_waiting_and_is_said() throws Exception {
    Files.writeString(folder.resolve("exit"), "0\n");
    Files.writeString(folder.resolve("stdout.log"), "printed");
    Fifo.inPlaceOf(folder.resolve("stderr.log"));

    assertThat(outcome(0))
        .isEqualTo(
            new Exited(
                0,
                Runs.output("printed", ""),
                "the log of stderr was replaced by something that is not a file"));
  }

  @Test
  void a_log_that_is_a_link_shows_nothing_of_what_it_leads_to() throws IOException {
    Files.writeString(folder.resolve("exit"), "0\n");
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
    Files.delete(folder.resolve("stdout.log"));
    Files.createSymbolicLink(folder.resolve("stdout.log"), secret);

    assertThat(outcome(0).output()).isEqualTo(Output.NONE);
  }

  /** A link to itself stands for whatever fails for a while: it is not there, and not missing. */
  @Test
  void what_cannot_be_read_for_a_while_is_not_recorded_as_empty() throws Exception {
    Files.writeString(folder.resolve("exit"), "0\n");
    Files.writeString(folder.resolve("stdout.log"), "precious");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("link"));
    Workspace unreadable = new Workspace(link);
    OutcomeReader ending =
        new OutcomeReader(
            run,
            unreadable,
            new ProcessFile(unreadable),
            OptionalInt.of(0),
            ProcessTree.TerminationResult.NOTHING);
    assertThatThrownBy(() -> ending.read(EndCause.ENDED)).isInstanceOf(FileSystemException.class);

    Thread later = new Thread(() -> replace(link, folder));
    later.start();

    assertThat(ending.outcome(EndCause.ENDED))
        .isEqualTo(new Exited(0, Runs.output("precious", "")));
    later.join();
  }

  private static void replace(Path link, Path target) {
    try {
      Path next = Files.createSymbolicLink(target.resolve("next"), target);
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void an_exit_code_or_processes_that_are_a_fifo_say_nothing() throws Exception {
    Fifo.inPlaceOf(folder.resolve("exit"));
    assertThat(outcome(3)).isEqualTo(new Exited(3, Output.NONE));

    Fifo.inPlaceOf(folder.resolve("processes"));
    Fifo.inPlaceOf(folder.resolve("supervisor.log"));
    assertThat(outcome(2).message()).isNotEmpty();
  }

  @Test
  void logs_that_somebody_deleted_do_not_change_the_ending() throws IOException {
    Files.writeString(folder.resolve("exit"), "5\n");
    Files.delete(folder.resolve("stdout.log"));

    assertThat(outcome(5)).isEqualTo(new Exited(5, Output.NONE));
  }
}
