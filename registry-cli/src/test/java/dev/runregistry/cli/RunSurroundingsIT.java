package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command has around it: variables, descriptors, limits, signals. */
@Timeout(300)
class RunSurroundingsIT {
  private static final Duration SOON = Duration.ofSeconds(120);

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  /** What a shell makes of the line; {@code $0} is the launcher. */
  private Result shell(String shell, String line) {
    return Launcher.result(
        launcher.startCommand(List.of(shell, "-c", line, Launcher.SCRIPT.toString())));
  }

  private static Path executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void options_for_other_javas_were_picked_up_in_the_users_stderr() {
    launcher
        .with("JAVA_TOOL_OPTIONS", "-Dx=1 -Dy='2 3'")
        .with("JDK_JAVA_OPTIONS", "-Dx=4 -Dy='5 6'")
        .with("_JAVA_OPTIONS", "-Dx=7 -Dy='8 9'");

    assertThat(
            launcher.registry(
                "run",
                "--",
                "sh",
                "-c",
                "echo \"$JAVA_TOOL_OPTIONS|$JDK_JAVA_OPTIONS|$_JAVA_OPTIONS\";"
                    + " env | grep -c REGISTRY_C"))
        .isEqualTo(new Result(1, "-Dx=1 -Dy='2 3'|-Dx=4 -Dy='5 6'|-Dx=7 -Dy='8 9'\n0\n", ""));
    assertThat(launcher.registry("runs").err()).isEmpty();
  }

  @Test
  void a_directory_whose_name_is_not_utf_8_was_said_not_to_exist() {
    assertThat(
            shell(
                "sh",
                "name=$(printf 'x\\351'); mkdir \"$name\"; cd \"$name\"; echo inherited > file;"
                    + " \"$0\" run -- cat file; code=$?; rm file; cd ..; rmdir \"$name\"; exit $code"))
        .isEqualTo(new Result(0, "inherited\n", ""));
  }

  @Test
  void an_exported_function_was_not_found() {
    assertThat(
            shell(
                "bash",
                "module() { echo \"loaded $1\"; }; export -f module;"
                    + " \"$0\" run -- bash -c 'module load'"))
        .isEqualTo(new Result(0, "loaded load\n", ""));
  }

  @Test
  void a_variable_whose_name_is_no_identifier_was_lost() {
    assertThat(
            launcher
                .with("my.setting", "1\n2")
                .with("A-B", "ü=x")
                .registry("run", "--", "perl", "-e", "print \"$ENV{'my.setting'}|$ENV{'A-B'}\""))
        .isEqualTo(new Result(0, "1\n2|ü=x", ""));
  }

  @Test
  void an_environment_larger_than_a_pipe_arrives() {
    launcher.with("my.setting", "s".repeat(100_000)).with("LARGE", "l".repeat(100_000));

    assertThat(
            launcher.registry(
                "run",
                "--",
                "perl",
                "-e",
                "print length($ENV{'my.setting'}) . ' ' . length($ENV{LARGE})"))
        .isEqualTo(new Result(0, "100000 100000", ""));
  }

  @Test
  void the_command_could_open_more_files_than_the_user_said() {
    assertThat(
            shell("sh", "ulimit -Sn 500; \"$0\" run -- sh -c 'ulimit -Sn; ulimit -Hn'; ulimit -Hn"))
        .satisfies(
            result -> {
              List<String> lines = result.out().lines().toList();
              assertThat(lines).hasSize(3);
              assertThat(lines.get(0)).isEqualTo("500");
              assertThat(lines.get(1)).isEqualTo(lines.get(2));
            });
  }

  @Test
  void a_closed_stdin_was_megabytes_of_java() {
    assertThat(shell("sh", "\"$0\" run -- sh -c 'wc -c' <&-").out().strip()).isEqualTo("0");
  }

  @Test
  void a_closed_stdout_is_no_reason_not_to_run() {
    assertThat(shell("sh", "\"$0\" run -- sh -c 'echo out; echo on >&2' >&-"))
        .isEqualTo(new Result(0, "", "on\n"));
    assertThat(shell("sh", "\"$0\" run -- sh -c 'echo out; echo err >&2' 2>&-"))
        .isEqualTo(new Result(0, "out\n", ""));
    assertThat(shell("sh", "\"$0\" run -- sh -c 'exit 3' <&- >&- 2>&-"))
        .isEqualTo(new Result(3, "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "config", "run --help"})
  void a_list_that_nothing_takes_is_a_line_and_no_stack_trace(String command) {
    Result result = shell("sh", "\"$0\" " + command + " >&-");

    if (command.startsWith("run ")) { // its stdout is the command's, closed or not
      assertThat(result).isEqualTo(new Result(0, "", ""));
    } else {
      assertThat(result)
          .isEqualTo(new Result(1, "", "registry: cannot write to stdout: Bad file descriptor\n"));
    }
  }

  /** Says which signals come, until it has had a TERM. */
  private Started listener() {
    Started run =
        launcher.start(
            List.of(
                "run",
                "--",
                "perl",
                "-e",
                "$| = 1; for my $s (grep { !/^(KILL|STOP|CHLD|SEGV|ILL|FPE|BUS)$/ } keys %SIG) {"
                    + " $SIG{$s} = sub { print \"$s\\n\"; exit 7 if $s eq 'TERM' } }"
                    + " print \"ready\\n\"; sleep 1 while 1"));
    await().atMost(SOON).until(() -> run.out().contains("ready"));
    return run;
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("sh", "-c", "kill -s " + name + " " + process.pid())
                .start()
                .waitFor())
        .isZero();
  }

  @Test
  void a_warning_of_the_cluster_ended_the_registry() throws Exception {
    List<String> warnings =
        List.of("USR1", "USR2", "CONT", "ALRM", "XCPU", "VTALRM", "PROF", "PWR", "SYS");
    Started run = listener();

    for (String name : warnings) {
      signal(run.process(), name);
      await().atMost(SOON).until(() -> run.out().contains(name) || !run.process().isAlive());
      assertThat(run.process().isAlive()).as(name + run.out() + run.err()).isTrue();
      signal(run.process(), name); // and a second one is no KILL
    }
    signal(run.process(), "TERM");

    assertThat(Launcher.result(run).code()).as(run.out() + run.err()).isEqualTo(7);
    assertThat(run.out().lines()).contains("ready", "TERM").containsAll(warnings);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void nothing_of_java_is_on_stdout_for_a_signal_that_is_not_passed_on() throws Exception {
    Started run = listener();

    for (String name : List.of("QUIT", "WINCH", "URG", "CHLD", "PIPE")) {
      signal(run.process(), name);
    }
    signal(run.process(), "TERM");

    assertThat(Launcher.result(run).code()).isEqualTo(7);
    assertThat(run.out()).isEqualTo("ready\nTERM\n");
  }

  @Test
  void a_crash_of_java_left_a_file_and_text_on_stdout() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("mine"));
    Started run =
        launcher
            .in(directory)
            .start(List.of("run", "--", "sh", "-c", "echo $RUN_REGISTRY_RUN_ID; exec sleep 300"));
    await().atMost(SOON).until(() -> run.out().endsWith("\n"));
    String id = run.out().strip();

    signal(run.process(), "SEGV");

    assertThat(Launcher.result(run).code()).isEqualTo(134);
    assertThat(run.out()).isEqualTo(id + "\n");
    assertThat(run.err()).isEmpty();
    assertThat(directory).isEmptyDirectory();
    // it goes on, and is on record as soon as anything looks
    signalRun(id);
    await()
        .atMost(SOON)
        .until(
            () ->
                launcher
                    .registry("runs", "show", "--json", id)
                    .out()
                    .contains("\"exit_code\":143"));
  }

  /** The run whose registry has died. */
  private void signalRun(String id) throws IOException {
    try (var processes = Files.list(Path.of("/proc"))) {
      processes
          .filter(process -> Files.isRegularFile(process.resolve("environ")))
          .filter(process -> text(process.resolve("environ")).contains("RUN_REGISTRY_RUN_ID=" + id))
          .filter(process -> text(process.resolve("cmdline")).startsWith("sleep"))
          .forEach(
              process ->
                  ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                      .ifPresent(ProcessHandle::destroy));
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) { // it has ended, or is not ours
      return "";
    }
  }

  @Test
  void a_limit_of_memory_was_the_commands_exit_code() {
    Result result = shell("sh", "ulimit -v 1048576; \"$0\" run -- sh -c 'exit 0'");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: Java does not start (").hasLineCount(1);
  }

  @Test
  void a_limit_that_leaves_java_enough_is_no_obstacle() {
    assertThat(shell("sh", "ulimit -v 20000000; \"$0\" run -- sh -c 'ulimit -v'"))
        .isEqualTo(new Result(0, "20000000\n", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:Nonsense", "--nonsense", "-Xmx1x", "-javaagent:/no/such.jar"})
  void options_that_java_does_not_know_were_the_commands_exit_code(String options) {
    Result result = launcher.with("REGISTRY_JAVA_OPTS", options).registry("run", "--", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: Java does not start (").hasLineCount(1);
  }

  @Test
  void a_java_that_is_none_was_the_commands_exit_code() throws IOException {
    for (String text :
        List.of("#!/bin/sh\necho noise; exit 1\n", "nothing\n", "#!/no/such/shell\n")) {
      Path java = executable(folder.resolve("jdk/bin/java"), text);

      Result result = launcher.with("REGISTRY_JAVA", java.toString()).registry("run", "--", "true");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).startsWith("registry: Java does not start (").hasLineCount(1);
    }
  }

  @Test
  void an_interrupt_that_did_not_come_from_the_terminal_was_swallowed() throws Exception {
    Path log = folder.resolve("log");
    Process terminal =
        launcher
            .builder(
                List.of(
                    "script",
                    "-qec",
                    "exec '"
                        + Launcher.SCRIPT
                        + "' run -- sh -c 'trap \"echo int >>log; exit 6\" INT;"
                        + " echo $PPID >>log; while :; do sleep 0.05; done'",
                    "/dev/null"))
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("typescript").toFile())
            .start();
    await().atMost(SOON).until(() -> Files.exists(log) && Files.size(log) > 0);
    ProcessHandle registry = registryOf(terminal);

    new ProcessBuilder("sh", "-c", "kill -s INT " + registry.pid()).start().waitFor();

    assertThat(terminal.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    terminal.getOutputStream().close();
    assertThat(terminal.exitValue()).as(Files.readString(log)).isEqualTo(6);
  }

  private static ProcessHandle registryOf(Process terminal) {
    return terminal
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/java"))
        .findFirst()
        .orElseThrow();
  }
}
