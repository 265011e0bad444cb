package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.NotStarted.Cause;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotStartedTest {
  @TempDir private Path folder;
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
  }

  /** What was seen: the secret of a line that only a shell understands went on record. */
  @Test
  void the_message_has_no_secret_that_is_assigned_before_the_program() {
    assertThat(runs.notStarted("API_KEY=s3cret", "true").message())
        .isEqualTo("API_KEY=***: not found on PATH");
  }

  @Test
  void a_mistyped_name_is_not_found() {
    NotStarted outcome = runs.notStarted("no-such-program", "x");

    assertThat(outcome.cause()).isEqualTo(Cause.NOT_FOUND);
    assertThat(outcome.message()).isEqualTo("no-such-program: not found on PATH");
    assertThat(outcome.output().stderr().text()).isEqualTo(outcome.message() + "\n");
  }

  @Test
  void a_path_to_nothing_is_not_found() {
    assertThat(runs.notStarted("./no/such/program").cause()).isEqualTo(Cause.NOT_FOUND);
    assertThat(runs.notStarted("/no/such/program").cause()).isEqualTo(Cause.NOT_FOUND);
  }

  @Test
  void a_folder_cannot_be_executed() {
    assertThat(runs.notStarted(folder.toString()).cause()).isEqualTo(Cause.NOT_EXECUTABLE);
  }

  @Test
  void a_file_without_the_permission_cannot_be_executed() throws IOException {
    Path file = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n");

    assertThat(runs.notStarted(file.toString()).cause()).isEqualTo(Cause.NOT_EXECUTABLE);
    assertThat(onPath(folder + "", "plain"))
        .isInstanceOfSatisfying(
            NotStarted.class, none -> assertThat(none.cause()).isEqualTo(Cause.NOT_EXECUTABLE));
  }

  @Test
  void the_path_is_searched_past_what_cannot_be_executed() throws IOException {
    Path first = Files.createDirectory(folder.resolve("1"));
    Path second = Files.createDirectory(folder.resolve("2"));
    Path third = Files.createDirectory(folder.resolve("3"));
    Files.writeString(first.resolve("tool"), "#!/bin/sh\nexit 1\n");
    Files.createDirectory(second.resolve("tool"));
    ExitCodeTest.executable(third.resolve("tool"), "#!/bin/sh\nexit 3\n");

    assertThat(onPath(first + ":" + second + ":/nowhere:" + third, "tool").exitCode()).isEqualTo(3);
  }

  @Test
  void an_empty_entry_of_the_path_is_the_working_directory() throws IOException {
    ExitCodeTest.executable(folder.resolve("here"), "#!/bin/sh\nexit 4\n");

    assertThat(onPath(":/nowhere", "here").exitCode()).isEqualTo(4);
  }

  private RunOutcome onPath(String path, String program) {
    LocalRunExecutor executor =
        runs.executor()
            .workingDirectory(folder)
            .environment("PATH", path + ":/usr/bin:/bin")
            .build();
    return runs.execute(executor, runs.begun(null, program));
  }

  @Test
  void a_missing_interpreter_is_found_out_at_the_last_moment() throws IOException {
    Path script = ExitCodeTest.executable(folder.resolve("script"), "#!/no/such/interpreter\n");

    NotStarted outcome = runs.notStarted(script.toString());

    assertThat(outcome.cause()).isEqualTo(Cause.NOT_FOUND);
    assertThat(outcome.message()).contains("interpreter").contains(script.toString());
  }

  @Test
  void a_program_for_another_machine_is_found_out_at_the_last_moment() throws IOException {
    Path program = folder.resolve("program");
    byte[] elf = Files.readAllBytes(Path.of("/proc/self/exe"));
    elf[18] = 0x7f; // no such machine
    Files.write(program, java.util.Arrays.copyOf(elf, 4096));
    assertThat(program.toFile().setExecutable(true)).isTrue();

    RunOutcome outcome = runs.execute(program.toString());

    assertThat(outcome.status()).isEqualTo(RunStatus.FAILED);
    if (!runs.isShellBusybox()) { // which takes it for a script, and stumbles over its first line
      assertThat(((NotStarted) outcome).cause()).isEqualTo(Cause.NOT_EXECUTABLE);
    }
  }

  @Test
  void a_program_that_itself_ends_with_126_or_127_was_started() {
    assertThat(runs.execute("sh", "-c", "exit 126")).isInstanceOf(Exited.class);
    assertThat(runs.execute("sh", "-c", "no-such-program"))
        .isInstanceOfSatisfying(Exited.class, exited -> assertThat(exited.code()).isEqualTo(127));
  }

  @Test
  void more_arguments_than_the_system_takes_are_refused() {
    String[] command =
        Stream.concat(Stream.of("true"), Collections.nCopies(40, "x".repeat(100_000)).stream())
            .toArray(String[]::new);

    NotStarted outcome = runs.notStarted(command);

    assertThat(outcome.cause()).isEqualTo(Cause.REFUSED);
    assertThat(outcome.message())
        .isEqualToIgnoringCase(
            "The operating system could not start it: "
                + (Runtime.version().feature() < 25
                    ? "error=7, argument list too long"
                    : "exec failed, error: 7 (argument list too long)"));
  }

  @Test
  void a_working_directory_that_is_gone_is_refused() throws IOException {
    Path gone = Files.createDirectory(folder.resolve("gone"));
    LocalRunExecutor executor = runs.executor().workingDirectory(gone).build();
    Files.delete(gone);

    assertThat(runs.execute(executor, runs.begun(null, "true")))
        .isEqualTo(new NotStarted(Cause.REFUSED, "The working directory does not exist"));
  }

  @Test
  void a_run_that_is_not_in_the_journal_is_refused() {
    Run unknown = Runs.running(Runs.localRunOf("math-v1", List.of("true")), Runs.NOON);

    assertThat(runs.execute(runs.executor().build(), unknown))
        .isInstanceOfSatisfying(
            NotStarted.class, none -> assertThat(none.cause()).isEqualTo(Cause.REFUSED));
  }

  @Test
  void a_run_is_not_started_a_second_time() {
    Run running = runs.begun(null, "sh", "-c", "echo once");
    LocalRunExecutor executor = runs.executor().build();
    runs.execute(executor, running);

    assertThat(runs.execute(executor, running))
        .isInstanceOfSatisfying(
            NotStarted.class, none -> assertThat(none.cause()).isEqualTo(Cause.REFUSED));
    assertThat(runs.folder(running).log(LogStream.STDOUT)).hasContent("once\n");
  }

  @Test
  void a_dry_run_has_nothing_to_start() {
    LocalRunExecutor executor = runs.executor().build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> runs.execute(executor, Runs.dryRunning()));
  }
}
