package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.supervisor.RunSupervisor.Program;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteSupervisorTest {
  @TempDir private Path folder;

  @Test
  void a_command_whose_job_the_engine_starts_a_second_time_is_executed_once() throws Exception {
    RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.DEFAULT, Duration.ofMillis(300));
    Path workspace = Files.createDirectory(folder.resolve("workspace"));
    Path starts = folder.resolve("starts");
    Run run =
        Runs.running(
            Runs.commandOf("sh", "-c", "echo start >> \"$0\"; exit 3", starts.toString()),
            Runs.NOON);
    Program program = supervisor.prepare(run, Invocation.of(run.spec().command()), workspace);

    assertThat(exitCode(program)).isEqualTo(3);
    assertThat(exitCode(program)).isEqualTo(3);

    assertThat(Files.readAllLines(starts)).containsExactly("start");
    assertThat(supervisor.evidence(run, workspace).exitCode()).hasValue(3);
  }

  @Test
  void the_log_limit_and_the_grace_of_a_submitted_run_apply() throws Exception {
    RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.NONE, Duration.ofMillis(300));
    Run run = Runs.running(Runs.commandOf("true"), Runs.NOON);
    Invocation.Options options =
        new Invocation.Options(Duration.ofSeconds(7), false, 1_048_576L, null);

    Program program =
        supervisor.prepare(run, Invocation.of(run.spec().command()).with(options), folder);

    assertThat(program.arguments()).contains("finish=7000", "limit=1048576", "beat=10");
  }

  @Test
  void a_supervisor_gives_a_sign_of_life_in_whole_seconds() {
    assertThatThrownBy(
            () -> new RemoteSupervisor(LogLimit.NONE, Duration.ZERO, Duration.ofMillis(999)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("heartbeat must be at least 1 s: PT0.999S");
  }

  @Test
  void a_job_that_appears_after_its_run_was_given_up_executes_nothing() throws Exception {
    RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.NONE, Duration.ofMillis(300));
    Path started = folder.resolve("started");
    Run run = Runs.running(Runs.commandOf("touch", started.toString()), Runs.NOON);
    Path workspace = Files.createDirectory(folder.resolve("workspace"));
    Program program = supervisor.prepare(run, Invocation.of(run.spec().command()), workspace);
    assertThat(supervisor.silence(workspace)).isLessThan(Duration.ofHours(1));
    assertThat(supervisor.hasSignOfLife(workspace)).isFalse();
    supervisor.preventStart(workspace);

    assertThat(exitCode(program)).isEqualTo(125);

    assertThat(started).doesNotExist();
    assertThat(supervisor.evidence(run, workspace).started()).isFalse();
  }

  @Test
  void a_cancelled_run_is_not_started_and_says_who_cancelled_it() throws Exception {
    RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.NONE, Duration.ofMillis(300));
    Run run = Runs.running(Runs.commandOf("true"), Runs.NOON);
    Path workspace = Files.createDirectory(folder.resolve("workspace"));
    Program program = supervisor.prepare(run, Invocation.of(run.spec().command()), workspace);
    supervisor.markCancelled(workspace, new CancelRequest("ann", Runs.NOON));

    assertThat(exitCode(program)).isEqualTo(125);

    assertThat(supervisor.evidence(run, workspace).marked().orElseThrow().message())
        .contains("ann");
    assertThat(supervisor.output(workspace)).isPresent();
    assertThat(supervisor.log(workspace, LogStream.STDOUT)).isPresent();
    assertThat(supervisor.maxLogBytes(workspace)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void a_supervisor_of_many_hours_has_no_more_files_open_than_at_its_start() throws Exception {
    Path workspace = Files.createDirectory(folder.resolve("workspace"));
    Path counts = folder.resolve("counts");
    String afterEachBeat =
        "last=; n=0; until [ $n -ge 40 ]; do now=$(cat \"$0/heartbeat\" 2>/dev/null);"
            + " [ \"$now\" = \"$last\" ] && continue; last=$now; n=$((n + 1));"
            + " [ $n = 2 ] || [ $n = 40 ] && ls \"/proc/$PPID/fd\" | wc -l >> \"$1\"; done";
    Run run =
        Runs.running(
            Runs.commandOf("sh", "-c", afterEachBeat, workspace.toString(), counts.toString()),
            Runs.NOON);
    Program program =
        new RemoteSupervisor(LogLimit.NONE, Duration.ofMillis(300))
            .prepare(run, Invocation.of(run.spec().command()), workspace);
    List<String> often =
        program.arguments().stream()
            .map(word -> word.startsWith("beat=") ? "beat=0.005" : word)
            .toList();

    exitCode(new Program(program.text(), often, program.environment()));

    List<String> open = Files.readAllLines(counts);
    assertThat(Integer.parseInt(open.get(1).strip()))
        .isEqualTo(Integer.parseInt(open.get(0).strip()));
  }

  /** As the script of a job starts it. */
  private int exitCode(Program program) throws Exception {
    List<String> arguments = new ArrayList<>(program.arguments());
    List<String> words = new ArrayList<>(List.of("perl", "-e", program.text(), "--"));
    words.add(arguments.remove(0));
    words.addAll(List.of("arch=" + System.getProperty("os.arch"), "host=n1"));
    words.addAll(arguments);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("messages").toFile())
        .start()
        .waitFor();
  }
}
