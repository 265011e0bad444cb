package dev.runregistry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs through the launcher, with real processes. */
class RunIT {
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  private List<String> listed(String... filters) {
    String[] arguments =
        Stream.concat(Stream.of("runs", "list", "--json"), Arrays.stream(filters))
            .toArray(String[]::new);
    return recorded(arguments).lines().toList();
  }

  /** What is recorded; read in this process, which is quicker. */
  private String recorded(String... arguments) {
    return new Session(launcher.home()).registry(arguments).out();
  }

  private static void awaitText(Path file, String text) {
    await().atMost(SOON).until(() -> Files.exists(file) && Files.readString(file).contains(text));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3}) // the others are in TimeoutConformanceIT
  void the_exit_code_passes_through(int code) {
    assertThat(launcher.registry("run", "--", "sh", "-c", "echo out; echo err >&2; exit " + code))
        .isEqualTo(new Result(code, "out\n", "err\n"));
    assertThat(listed("--status", code == 0 ? "completed" : "failed")).hasSize(1);
  }

  @Test
  void a_timeout_is_124_and_leaves_nothing_running() throws IOException {
    Started run =
        launcher.start(
            List.of(
                "run",
                "--timeout",
                "5s",
                "--",
                "sh",
                "-c",
                "echo $RUN_REGISTRY_RUN_ID; sleep 1000 & sleep 1000"));
    Result result = Launcher.result(run);

    assertThat(result.code()).isEqualTo(124);
    assertThat(result.err()).contains("Timed out after 5 s");
    assertThat(withCookie(result.out().strip())).isEmpty();
    assertThat(listed("--status", "timeout")).hasSize(1);
  }

  @Test
  void a_run_over_its_time_limit_gets_the_signal_of_its_options() {
    String script = "trap 'echo saved; exit 3' USR1; while :; do sleep 0.1; done";

    Result result =
        launcher.registry("run", "-t", "3s", "-s", "sigusr1", "-k", "1h", "--", "sh", "-c", script);

    assertThat(result.code()).isEqualTo(124);
    assertThat(result.out()).isEqualTo("saved\n");
  }

  private static List<String> withCookie(String id) throws IOException {
    assertThat(id).hasSize(36);
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .map(process -> process.resolve("environ"))
          .filter(file -> contains(file, id))
          .map(Path::toString)
          .toList();
    }
  }

  private static boolean contains(Path environment, String id) {
    try {
      return new String(Files.readAllBytes(environment), UTF_8)
          .contains("RUN_REGISTRY_RUN_ID=" + id);
    } catch (IOException e) { // it has ended, or is not a process
      return false;
    }
  }

  @Test
  void a_command_that_is_not_there_is_127_and_recorded() {
    Result result = launcher.registry("run", "--", "nosuchcommand");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: run ").contains("nosuchcommand").hasLineCount(1);
    assertThat(listed("--status", "failed")).hasSize(1);
  }

  @Test
  void a_command_that_cannot_be_executed_is_126() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "not a program");

    assertThat(launcher.registry("run", "--", file.toString()).code()).isEqualTo(126);
    assertThat(launcher.registry("run", "--", "/").code()).isEqualTo(126);
  }

  @Test
  void a_script_gets_the_id_before_the_command_starts_and_the_record_at_the_end()
      throws IOException {
    Path id = folder.resolve("id");
    Path record = folder.resolve("record.json");

    Result result =
        launcher.registry(
            "run",
            "--id-file",
            id.toString(),
            "--json-file",
            record.toString(),
            "--",
            "sh",
            "-c",
            "cat \"$0\"; exit 3",
            id.toString());

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEqualTo(Files.readString(id)).hasSize(37);
    assertThat(Files.readString(record))
        .contains("\"run_id\":\"" + result.out().strip() + "\"", "\"exit_code\":3")
        .hasLineCount(1);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(this::isTemporary);
    }
  }

  private boolean isTemporary(String name) {
    return name.startsWith(".id.") || name.startsWith(".record");
  }

  @Test
  void a_file_for_the_id_that_cannot_be_written_starts_nothing() {
    Result result =
        launcher.registry("run", "--id-file", folder + "/nowhere/id", "--", "echo", "started");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("--id-file", "/nowhere/id cannot be written");
    assertThat(listed()).isEmpty();
  }

  @Test
  void arguments_reach_the_command_as_they_are() {
    String[] words = {
      "-x", "--help", "@file", "--", "", "a b", "a\nb", "'\"\\", "$HOME", "*", "{config}", "ü🙂数"
    };
    String[] command =
        Stream.concat(Stream.of("run", "--", "printf", "<%s>"), Arrays.stream(words))
            .toArray(String[]::new);

    assertThat(launcher.registry(command).out())
        .isEqualTo(Arrays.stream(words).map(word -> "<" + word + ">").reduce("", String::concat));
  }

  @Test
  void a_key_and_a_model_are_labels_and_none_unless_said() {
    launcher.registry("run", "--", "true");
    launcher.registry("run", "-d", "@key", "-m", "google/gemma-2b-it", "--", "true");

    assertThat(listed())
        .satisfiesExactly(
            newer ->
                assertThat(newer)
                    .contains("\"dataset_key\":\"@key\",\"model_id\":\"google/gemma-2b-it\""),
            older -> assertThat(older).contains("\"dataset_key\":\"none\",\"model_id\":\"none\""));
  }

  @Test
  void in_the_c_locale_nothing_that_is_not_ascii_is_lost() throws IOException {
    Path ü = Files.createDirectory(folder.resolve("ü数"));

    Result result =
        launcher
            .with("LC_ALL", "C")
            .with("LANG", null)
            .in(ü)
            .registry(
                "run",
                "-m",
                "möd",
                "--",
                "sh",
                "-c",
                "echo \"$1\" >ñ; printf '%s|%s|%s' \"$1\" \"$LC_ALL\" \"${LANG-unset}\"",
                "sh",
                "grün🙂");

    assertThat(result).isEqualTo(new Result(0, "grün🙂|C|unset", ""));
    assertThat(ü.resolve("ñ")).hasContent("grün🙂");
    assertThat(listed()).singleElement().asString().contains("\"model_id\":\"möd\"");
  }

  @Test
  void a_locale_that_was_not_set_stays_unset_for_the_command() {
    assertThat(
            launcher
                .with("LC_ALL", null)
                .registry("run", "--", "sh", "-c", "env | grep -c -e ^LC_ALL -e ^REGISTRY_CALLERS")
                .out())
        .isEqualTo("0\n");
  }

  @Test
  void an_argument_that_is_not_utf_8_is_refused_and_nothing_runs() {
    Result result =
        Launcher.result(
            launcher.startCommand(
                List.of(
                    "sh",
                    "-c",
                    "\"$0\" run -- touch ran \"$(printf 'a\\377b')\"",
                    Launcher.SCRIPT.toString())));

    assertThat(result)
        .isEqualTo(
            new Result(
                125, "", "registry: argument 5 is not valid UTF-8, so it cannot be recorded\n"));
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void the_command_gets_no_password_of_the_database() {
    Result result =
        launcher
            .with("REGISTRY_DB_PASSWORD", "s3cret")
            .with("REGISTRY_DB_USER", "me")
            .registry(
                "run",
                "--",
                "sh",
                "-c",
                "echo ${REGISTRY_DB_PASSWORD-unset} ${REGISTRY_DB_USER-unset}");

    assertThat(result.out()).isEqualTo("unset me\n");
  }

  @Test
  void the_command_reads_our_stdin() throws IOException {
    Path input = Files.writeString(folder.resolve("input"), "one\ntwo\n");

    assertThat(launcher.stdin(input).registry("run", "--", "cat").out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void output_is_shown_while_the_command_runs() throws IOException {
    Path go = folder.resolve("go");
    Started run =
        launcher.start(
            List.of(
                "run",
                "--",
                "sh",
                "-c",
                "echo ready; until [ -e go ]; do sleep 0.05; done; echo done"));

    await().atMost(SOON).until(() -> run.out().equals("ready\n"));
    await().atMost(SOON).until(() -> listed("--status", "running").size() == 1);
    Files.createFile(go);

    assertThat(Launcher.result(run)).isEqualTo(new Result(0, "ready\ndone\n", ""));
  }

  @Test
  void json_has_stdout_for_itself() {
    Result result =
        launcher.registry("run", "--json", "--", "sh", "-c", "echo out; echo err >&2; exit 3");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out().lines())
        .singleElement()
        .asString()
        .contains("\"exit_code\":3,\"stdout\":\"out\\n\",\"stderr\":\"err\\n\"");
    assertThat(result.err().lines()).containsExactlyInAnyOrder("out", "err");
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
  void a_signal_goes_on_to_the_command_and_the_run_is_recorded(String signal, int code)
      throws Exception {
    Started run =
        launcher.start(
            List.of("run", "--", "sh", "-c", "echo $RUN_REGISTRY_RUN_ID; exec sleep 1000"));
    await().atMost(SOON).until(() -> run.out().endsWith("\n"));

    signal(run.process(), signal);

    assertThat(Launcher.result(run).code()).isEqualTo(code);
    assertThat(withCookie(run.out().strip())).isEmpty();
    assertThat(recorded("runs", "show", "--json", run.out().strip()))
        .contains("\"status\":\"failed\"", "\"exit_code\":" + code);
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("sh", "-c", "kill -s " + name + " " + process.pid())
                .start()
                .waitFor())
        .isZero();
  }

  @Test
  void a_command_may_end_well_after_a_signal() throws Exception {
    Started run =
        launcher.start(
            List.of(
                "run",
                "--",
                "sh",
                "-c",
                "trap 'echo saved; exit 7' TERM; echo ready; while :; do sleep 0.05; done"));
    await().atMost(SOON).until(() -> run.out().startsWith("ready"));

    signal(run.process(), "TERM");

    assertThat(Launcher.result(run).code()).isEqualTo(7);
    assertThat(run.out()).isEqualTo("ready\nsaved\n");
  }

  @Test
  void a_second_signal_ends_what_ignores_the_first() throws Exception {
    Started run =
        launcher.start(
            List.of(
                "run",
                "--",
                "sh",
                "-c",
                "trap 'echo no' TERM; echo ready; while :; do sleep 0.05; done"));
    await().atMost(SOON).until(() -> run.out().startsWith("ready"));

    signal(run.process(), "TERM");
    await().atMost(SOON).until(() -> run.out().contains("no"));
    signal(run.process(), "TERM");

    assertThat(Launcher.result(run).code()).isEqualTo(137);
  }

  @Test
  void a_signal_as_soon_as_the_run_is_in_the_journal_loses_no_record() throws Exception {
    Path active = launcher.home().resolve("runs/active");
    Started run = launcher.start(List.of("run", "--", "sleep", "1000"));
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> active.toFile().list() != null && active.toFile().list().length == 1);

    signal(run.process(), "TERM");

    assertThat(Launcher.result(run).code()).isEqualTo(143);
    assertThat(listed("--status", "failed")).hasSize(1);
  }

  @Test
  void control_c_in_a_terminal_reaches_the_command_once_and_the_run_is_recorded() throws Exception {
    Path log = folder.resolve("log");
    Process script =
        inTerminal(
            "run -- sh -c 'trap \"echo int >>log; exit 5\" INT; echo ready >>log; while :; do sleep 0.05; done'");
    awaitText(log, "ready");

    type(script, "\u0003");

    assertThat(script.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(script.exitValue()).isEqualTo(5);
    assertThat(log).hasContent("ready\nint\n");
    assertThat(listed("--status", "failed")).hasSize(1);
  }

  @Test
  void control_z_stops_the_command_and_fg_continues_it() throws Exception {
    Path log = folder.resolve("log");
    Process script =
        terminal(
            "set -m; '"
                + Launcher.SCRIPT
                + "' run -- sh -c 'echo ready >>log; i=0; until [ -e go ]; do sleep 0.05; done; echo on >>log'; echo stopped $? >>log; fg; echo code $? >>log");
    awaitText(log, "ready");

    type(script, "\u001a");
    awaitText(log, "stopped 14"); // 128 + SIGTSTP, whose number differs
    Files.createFile(folder.resolve("go"));

    assertThat(script.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(log).content().endsWith("on\ncode 0\n");
  }

  private Process inTerminal(String arguments) throws IOException {
    return terminal("exec '" + Launcher.SCRIPT + "' " + arguments);
  }

  /** A shell in a pseudo-terminal of its own, by util-linux. */
  private Process terminal(String shellCommand) throws IOException {
    return launcher
        .builder(List.of("script", "-qec", shellCommand, "/dev/null"))
        .redirectInput(ProcessBuilder.Redirect.PIPE)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("typescript").toFile())
        .start();
  }

  private static void type(Process terminal, String keys) throws IOException {
    OutputStream keyboard = terminal.getOutputStream();
    keyboard.write(keys.getBytes(UTF_8));
    keyboard.flush();
  }

  @Test
  void a_long_list_on_a_terminal_goes_through_the_pager_which_may_be_left_early() throws Exception {
    launcher.registry("run", "--", "true");

    launcher.with("PAGER", "sed 's/^/paged: /'; echo token: $REGISTRY_TOKEN");
    launcher.with("REGISTRY_TOKEN", "never-shown");
    Process list = inTerminal("runs --all");
    assertThat(list.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(folder.resolve("typescript"))
        .content()
        .containsPattern("(?m)^paged: RUN ID")
        .containsPattern("(?m)^paged: .*completed.* true")
        .doesNotContain("never-shown");
    launcher.with("PAGER", "exit 3");
    Process left = inTerminal("runs --all");
    assertThat(left.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(folder.resolve("typescript")).content().isEmpty();
    assertThat(left.exitValue()).isZero();
  }

  @Test
  void a_reader_that_has_seen_enough_ends_the_command() {
    Result result =
        Launcher.result(
            launcher.startCommand(
                List.of(
                    "sh",
                    "-c",
                    "{ \"$0\" run -- yes; echo code $? >&2; } | head -1",
                    Launcher.SCRIPT.toString())));

    assertThat(result.out()).isEqualTo("y\n");
    assertThat(result.err()).isEqualTo("code 141\n");
    assertThat(listed("--status", "failed")).hasSize(1);
  }

  @Test
  void a_list_whose_reader_has_seen_enough_is_no_error() {
    launcher.registry("run", "--", "true");

    for (String command :
        List.of("runs list --json --limit 1", "runs", "--help", "completion bash", "config")) {
      Result result =
          Launcher.result(
              launcher.startCommand(
                  List.of(
                      "sh",
                      "-c",
                      "{ sleep 0.1; \"$0\" " + command + "; echo code $? >&2; } | true",
                      Launcher.SCRIPT.toString())));
      assertThat(result).as(command).isEqualTo(new Result(0, "", "code 141\n"));
    }
  }

  @Test
  void a_full_disk_is_an_error_of_a_list_and_not_of_a_run() {
    Result list =
        Launcher.result(
            launcher.startCommand(
                List.of("sh", "-c", "\"$0\" --help >/dev/full", Launcher.SCRIPT.toString())));

    assertThat(list.code()).isEqualTo(1);
    assertThat(list.err()).isEqualTo("registry: cannot write to stdout: No space left on device\n");
  }

  @Test
  void the_whole_log_is_there_even_when_the_record_has_only_its_beginning() {
    launcher.registry(
        "run",
        "--",
        "sh",
        "-c",
        "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo warn >&2");
    String id = listed().get(0).substring(11, 47);

    Result logs =
        launcher
            .with("REGISTRY_DB", "jdbc:postgresql://127.0.0.1:1/none")
            .registry("runs", "logs", id);
    assertThat(logs.out().lines()).hasSize(3000).endsWith("line 2999");
    assertThat(logs.err()).isEqualTo("warn\n");
    assertThat(launcher.registry("runs", "logs", "--stderr", id).out()).isEqualTo("warn\n");
    assertThat(launcher.with("REGISTRY_DB", null).registry("runs", "show", id).out())
        .contains("output truncated");
  }

  @Test
  void the_logs_of_a_run_were_one_stream_without_order_and_times() {
    launcher.registry("run", "--", "sh", "-c", "echo o1; echo e1 >&2; echo o2; echo e2 >&2");
    String id = listed().get(0).substring(11, 47);
    String script = "\"$0\" runs logs \"$@\" 2>&1";

    assertThat(
            Launcher.result(
                    launcher.startCommand(
                        List.of("sh", "-c", script, Launcher.SCRIPT.toString(), id)))
                .out())
        .isEqualTo("o1\ne1\no2\ne2\n");
    assertThat(launcher.registry("runs", "logs", "--stdout", id).out()).isEqualTo("o1\no2\n");
    assertThat(launcher.registry("runs", "logs", "--timestamps", "--stderr", id).out().lines())
        .satisfiesExactly(
            first -> assertThat(first).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}\\S+ e1"),
            second -> assertThat(second).endsWith(" e2"));
  }

  @Test
  void the_last_lines_of_a_log_are_those_that_were_printed_last() {
    launcher.registry(
        "run",
        "--",
        "sh",
        "-c",
        "for i in 1 2 3 4; do echo o$i; echo e$i >&2; sleep 0.01; done; printf end");
    String id = listed().get(0).substring(11, 47);

    assertThat(launcher.registry("runs", "logs", "-n", "3", id))
        .isEqualTo(new Result(0, "o4\nend", "e4\n"));
    assertThat(launcher.registry("runs", "logs", "--tail=2", "--stdout", id).out())
        .isEqualTo("o4\nend");
    assertThat(launcher.registry("runs", "logs", "-n1", "--stderr", "-f", id).out())
        .isEqualTo("e4\n");
    assertThat(launcher.registry("runs", "logs", "-n", "99", id))
        .isEqualTo(new Result(0, "o1\no2\no3\no4\nend", "e1\ne2\ne3\ne4\n"));
    assertThat(launcher.registry("runs", "logs", "-n", "0", id)).isEqualTo(new Result(0, "", ""));
    assertThat(launcher.registry("runs", "logs", "-n", "-1", id).err())
        .startsWith("registry: --tail must not be negative: -1");
    assertThat(launcher.registry("runs", "logs", "-n", "1", "--timestamps", id).out())
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}\\S+ end");
  }

  @Test
  void a_log_can_be_followed_from_another_process_until_the_run_ends() throws IOException {
    Started run =
        launcher.start(
            List.of(
                "run",
                "--",
                "sh",
                "-c",
                "echo $RUN_REGISTRY_RUN_ID; until [ -e go ]; do sleep 0.05; done; echo done"));
    await().atMost(SOON).until(() -> run.out().endsWith("\n"));
    await().atMost(SOON).until(() -> listed().size() == 1);
    String id = run.out().strip();

    Started follower = launcher.start(List.of("runs", "logs", "--follow", id));
    await()
        .atMost(SOON)
        .until(() -> follower.out().equals(id + "\n") || !follower.process().isAlive());
    Started newLines = launcher.start(List.of("runs", "logs", "-n", "0", "-f", id));
    Started interrupted = launcher.start(List.of("runs", "logs", "-f", id));
    await().atMost(SOON).until(() -> interrupted.out().equals(id + "\n"));
    interrupted.process().destroy(); // as Ctrl-C: ends only the viewer
    assertThat(Launcher.result(interrupted).code()).isEqualTo(143);
    assertThat(run.process().isAlive()).isTrue();
    Files.createFile(folder.resolve("go"));

    assertThat(Launcher.result(follower)).isEqualTo(new Result(0, id + "\ndone\n", ""));
    assertThat(Launcher.result(newLines).code()).isZero();
    assertThat(newLines.out()).isIn("done\n", ""); // it may have begun after the run ended
    assertThat(Launcher.result(run).code()).isZero();
  }
}
