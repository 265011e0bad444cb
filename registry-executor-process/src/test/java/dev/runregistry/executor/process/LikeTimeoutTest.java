package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code timeout CMD} gives a command, a run has, too. */
@Timeout(300)
class LikeTimeoutTest {
  @TempDir private Path folder;
  private LocalRuns runs;
  private Path home;

  @BeforeEach
  void makeHomes() throws IOException {
    runs = new LocalRuns(folder.resolve("home"));
    home = Files.createDirectories(folder.resolve("other"));
  }

  private static boolean lives(Path pidFile) {
    try {
      long pid = Long.parseLong(Files.readString(pidFile).strip());
      return ProcessTable.ofThisHost().find(pid).filter(ProcessTable.Entry::lives).isPresent();
    } catch (IOException | NumberFormatException e) {
      return false; // not there yet
    }
  }

  private Run ended() throws IOException {
    return LocalRuns.ended(RegistryProcess.onlyRun(home));
  }

  /** Line for a shell that starts a registry with that property and command. */
  private String registry(String property, String... command) {
    return RegistryProcess.commandLine(home, command)
        .replaceFirst("'-cp'", "'-D" + property + "' '-cp'");
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  /** As setproctitle does, of a training that ends by a signal. */
  @Test
  void workers_that_had_wiped_their_environment_and_ignored_term_were_left_behind()
      throws IOException {
    Path pid = folder.resolve("pid");
    String worker =
        "$SIG{TERM} = 'IGNORE'; $0 = 'worker' . ' ' x 4000; open F, '>', $ARGV[0]; print F $$;"
            + " close F; sleep 1000";
    String script =
        "(setsid perl -e \"$1\" \"$2\" &); until [ -s \"$2\" ]; do sleep 0.02; done; kill -KILL $$";

    RunOutcome outcome = runs.execute("sh", "-c", script, "sh", worker, pid.toString());

    assertThat(outcome.exitCode()).isEqualTo(137);
    assertThat(outcome.message()).contains("1 remaining process was terminated");
    assertThat(lives(pid)).isFalse();
  }

  /** Like ssh-agent: nobody but root can read its environment, and it has a session of its own. */
  @Test
  void an_agent_whose_environment_cannot_be_read_lived_on() throws IOException {
    Path pid = folder.resolve("pid");
    String agent =
        "exit if fork; syscall(`uname -m` =~ /x86_64/ ? 157 : 167, 4, 0, 0, 0, 0);"
            + " open F, '>', $ARGV[0]; print F $$; close F; sleep 1000";
    String script =
        "setsid perl -e \"$1\" \"$2\"; until [ -s \"$2\" ]; do sleep 0.02; done; echo x";

    RunOutcome outcome = runs.execute("sh", "-c", script, "sh", agent, pid.toString());

    assertThat(outcome.output().stdout().text()).isEqualTo("x\n");
    assertThat(outcome.message()).contains("1 remaining process was terminated");
    assertThat(lives(pid)).isFalse();
  }

  @Test
  void recovery_took_a_run_with_such_workers_for_gone() throws Exception {
    Path pid = folder.resolve("pid");
    String script =
        "perl -e '$0 = \"worker\" . \" \" x 4000; open F, \">\", $ARGV[0]; print F $$; close F;"
            + " sleep 1000' \"$1\"; exit 3";
    Process registry =
        RegistryProcess.builder(home, "env", "-i", "sh", "-c", script, "sh", pid.toString())
            .start();
    LocalRuns.await(() -> lives(pid));
    registry.destroyForcibly().waitFor();
    Workspace run = RegistryProcess.onlyRun(home);
    FileRunJournal journal = FileRunJournal.at(home);
    Run running = LocalRuns.running(run);

    assertThat(journal.tryLock(running.id())).isTrue();
    assertThat(LocalRuns.found(journal, running.id())).isInstanceOf(Inspection.Running.class);
    LocalRuns.terminate(journal, running.id(), TerminationReason.ENDED);
    assertThat(lives(pid)).isFalse();
    journal.unlock(running.id());
  }

  @Test
  void a_helper_that_was_meant_to_stay_was_killed() throws Exception {
    Path pid = folder.resolve("pid");
    Path go = folder.resolve("go");
    String helper =
        "echo $$ >\"$1\"; until [ -e \"$2\" ]; do sleep 0.02; done; echo late; echo $$ >\"$3\"";
    String script =
        "nohup setsid sh -c \"$1\" sh \"$2\" \"$3\" \"$4\" & until [ -s \"$2\" ]; do sleep 0.02; done;"
            + " echo started";
    Path after = folder.resolve("after");
    Process registry =
        new ProcessBuilder(
                "sh",
                "-c",
                registry(
                    LocalRunMain.KEEP_CHILDREN + "=true",
                    "sh",
                    "-c",
                    script,
                    "sh",
                    helper,
                    pid.toString(),
                    go.toString(),
                    after.toString()))
            .redirectError(home.resolve("registry-stderr").toFile())
            .start();

    assertThat(output(registry)).isEqualTo("started\n");

    assertThat(ended().exitCode()).isZero();
    assertThat(lives(pid)).isTrue();
    Files.createFile(go);
    LocalRuns.await(() -> Files.exists(after)); // it does not die of what it prints, either
    LocalRuns.await(() -> !lives(pid));
    Path log = RegistryProcess.onlyRun(home).log(LogStream.STDOUT);
    LocalRuns.await(() -> LocalRuns.contains(log, "late\n")); // its supervisor writes what it reads
    assertThat(log).hasContent("started\nlate\n");
  }

  @Test
  void a_quit_for_a_dump_of_the_stack_never_arrived() {
    assertThat(runs.execute("sh", "-c", "trap 'echo dump' QUIT; kill -s QUIT $$; echo on"))
        .isEqualTo(new Exited(0, Runs.output("dump\non\n", "")));
    assertThat(runs.execute("sh", "-c", "kill -s QUIT $$").exitCode()).isEqualTo(131);
  }

  private static final String COUNT =
      "n=0; trap 'n=$((n+1))' TERM; echo up; while [ $n = 0 ]; do sleep 0.1; done; sleep 0.7;"
          + " exit $((40+n))";

  @Test
  void a_term_to_the_process_group_arrived_twice() throws Exception {
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(RegistryProcess.command(home, "sh", "-c", COUNT));
    Process registry =
        new ProcessBuilder(words).redirectError(folder.resolve("err").toFile()).start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));
    long group =
        ProcessTable.ofThisHost()
            .find(new ProcessFile(run).child().orElseThrow().identity().pid())
            .orElseThrow()
            .group();

    new ProcessBuilder("sh", "-c", "kill -s TERM -- -" + group).start().waitFor();

    assertThat(registry.waitFor()).isEqualTo(41);
  }

  @Test
  void a_term_to_the_registry_alone_arrives_once() throws Exception {
    Process registry = RegistryProcess.builder(home, "sh", "-c", COUNT).start();
    Workspace run = RegistryProcess.onlyRun(home);
    LocalRuns.await(() -> LocalRuns.contains(run.log(LogStream.STDOUT), "up"));

    registry.toHandle().destroy();

    assertThat(registry.waitFor()).isEqualTo(41);
  }

  @Test
  void an_open_file_of_the_caller_was_not_there() throws Exception {
    Path lines = Files.writeString(folder.resolve("lines"), "one\ntwo\nthree\n");
    String read = "read -r line <&9; echo \"$line\"";
    String command =
        "exec 9<'"
            + lines
            + "'; read -r first <&9; ("
            + registry(LocalRunMain.DESCRIPTOR + "=9", "sh", "-c", read)
            + "); read -r last <&9; echo $first $last";

    assertThat(output(new ProcessBuilder("sh", "-c", command).start()))
        .isEqualTo("two\none three\n"); // the same open file: its position moves on
  }

  @Test
  void a_variable_that_changes_perl_reaches_the_command_and_not_the_supervisor() {
    Run running = runs.begun(null, "sh", "-c", "printenv PERL5OPT; printenv PERL_BADLANG; exit 4");
    LocalRunExecutor executor =
        runs.executor().environment("PERL5OPT", "-MNo::Such::Module").build();

    assertThat(runs.execute(executor, running))
        .isEqualTo(new Exited(4, Runs.output("-MNo::Such::Module\n", "")));
  }

  @Test
  void a_shell_function_in_the_environment_was_dropped() {
    Run running = runs.begun(null, "printenv", "BASH_FUNC_module%%");
    LocalRunExecutor executor =
        runs.executor().environment("BASH_FUNC_module%%", "() {  echo ok\n}").build();

    assertThat(runs.execute(executor, running))
        .isEqualTo(new Exited(0, Runs.output("() {  echo ok\n}\n", "")));
  }

  @Test
  void the_limit_of_open_files_was_that_of_java() {
    LocalRunExecutor executor = runs.executor().openFileLimit(100).build();

    assertThat(runs.execute(executor, runs.begun(null, "sh", "-c", "ulimit -Sn")))
        .isEqualTo(new Exited(0, Runs.output("100\n", "")));
  }

  @Test
  void on_a_terminal_the_command_had_none_and_the_wrong_width() throws Exception {
    String script =
        "exec 3>&1; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size <&3; printf 'a\\nb\\n' >&2;"
            + " stty cols 50 </dev/tty; until [ \"$(stty size <&3)\" = '33 50' ]; do sleep 0.02; done";
    String command =
        "stty rows 33 cols 77; " + RegistryProcess.commandLine(home, "sh", "-c", script);
    ProcessBuilder terminal = new ProcessBuilder("script", "-qec", command, "/dev/null");
    terminal.environment().put("SHELL", "/bin/sh");
    Process process = terminal.start();

    String screen = output(process);

    assertThat(process.waitFor()).isZero();
    assertThat(screen).contains("33 77\r\n").contains("a\r\nb\r\n");
    Workspace run = RegistryProcess.onlyRun(home);
    assertThat(run.log(LogStream.STDOUT)).hasContent("33 77\n");
    assertThat(Files.readString(run.log(LogStream.STDERR))).isEqualTo("a\nb\n");
  }

  @Test
  void of_a_terminal_only_what_is_one_is_given() throws Exception {
    String command =
        RegistryProcess.commandLine(
                home, "sh", "-c", "[ -t 1 ] || echo no; [ -t 2 ] && echo yes >&2")
            + " >'"
            + folder.resolve("out")
            + "'";
    ProcessBuilder terminal = new ProcessBuilder("script", "-qec", command, "/dev/null");
    terminal.environment().put("SHELL", "/bin/sh");

    assertThat(output(terminal.start())).contains("yes");
    assertThat(folder.resolve("out")).hasContent("no\n");
  }

  @Test
  void a_supervisor_is_recognized_in_a_list_of_processes() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Run running = runs.begun(null, "sh", "-c", "read -r _ <\"$0\"", fifo.toString());
    CompletableFuture<RunOutcome> outcome =
        CompletableFuture.supplyAsync(() -> runs.execute(runs.executor().build(), running));
    ProcessFile processes = new ProcessFile(runs.folder(running));
    LocalRuns.await(processes::childStarted);
    Path line =
        Path.of("/proc/" + processes.supervisor().orElseThrow().identity().pid() + "/cmdline");

    LocalRuns.await(() -> LocalRuns.contains(line, "run-registry:supervisor of " + running.id()));
    Files.writeString(fifo, "go\n");

    assertThat(outcome.join().exitCode()).isZero();
  }

  @Test
  void the_pieces_of_the_output_have_their_order_and_time() throws Exception {
    Run running = runs.begun(null, "sh", "-c", "echo one; echo two >&2; sleep 0.01; echo three");

    runs.execute(runs.executor().build(), running);

    try (OutputPieces pieces = ProcessLogs.in(runs.folder(running).path()).pieces().orElseThrow()) {
      List<OutputPieces.Piece> all = new ArrayList<>();
      for (var next = pieces.next(); next.isPresent(); next = pieces.next()) {
        all.add(next.get());
      }
      assertThat(all)
          .extracting(piece -> piece.stream() + " " + piece.bytes())
          .containsExactly("STDOUT 4", "STDERR 4", "STDOUT 6");
      assertThat(all).extracting(OutputPieces.Piece::at).isSorted();
    }
    assertThat(ProcessLogs.in(home.resolve("none")).pieces()).isEmpty();
  }
}
