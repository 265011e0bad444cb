package dev.runregistry.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.testkit.process.DefaultSignals;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What there is where there is no /proc; it works on Linux too. */
class JavaProcessTableTest {
  private final ProcessTable table = ProcessTable.ofJava();

  @Test
  void it_agrees_with_proc_on_who_we_are() {
    long self = ProcessHandle.current().pid();

    ProcessTable.Entry found = table.find(self).orElseThrow();

    assertThat(found.parent())
        .isEqualTo(ProcessTable.ofThisHost().find(self).orElseThrow().parent());
    assertThat(found.lives()).isTrue();
    assertThat(found.isInForeground()).isFalse();
    assertThat(found.identity().startTime()).isPositive();
    assertThat(table.since(found.identity().startTime())).contains(found);
    assertThat(table.since(found.identity().startTime() + 1)).doesNotContain(found);
    assertThat(table.hasInEnvironment(found, "PATH=" + System.getenv("PATH"))).isFalse();
  }

  @Test
  void one_that_has_taken_a_pid_over_is_left_alone() throws IOException {
    Process sleep = new ProcessBuilder("sleep", "1000").start();
    ProcessTable proc = ProcessTable.ofThisHost();
    ProcessTable.Entry now = proc.find(sleep.pid()).orElseThrow();
    ProcessTable.Entry before =
        new ProcessTable.Entry(
            new ProcessIdentity(sleep.pid(), now.identity().startTime() - 1), 1, 1, 1, 1, 'S', "x");

    for (String signal : List.of("TERM", "KILL", "USR1")) {
      proc.signal(List.of(before), signal);
    }
    assertThat(proc.find(sleep.pid())).isPresent();
    proc.signal(List.of(now), "TERM");

    assertThat(sleep.onExit().join().exitValue()).isEqualTo(143);
  }

  @Test
  void the_environment_is_searched_for_whole_entries() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
    builder.environment().clear();
    builder.environment().put("ONE", "1");
    builder.environment().put("TWO", "22");
    Process sleep = builder.start();
    ProcessTable proc = ProcessTable.ofThisHost();
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> proc.hasInEnvironment(proc.find(sleep.pid()).orElseThrow(), "TWO=22"));
    ProcessTable.Entry process = proc.find(sleep.pid()).orElseThrow();

    assertThat(proc.hasInEnvironment(process, "ONE=1")).isTrue();
    for (String part : List.of("TWO=2", "WO=22", "ONE=", "ONE=11", "THREE=3")) {
      assertThat(proc.hasInEnvironment(process, part)).as(part).isFalse();
    }
    sleep.destroyForcibly();
    sleep.onExit().join();
    assertThat(proc.hasInEnvironment(process, "ONE=1")).isFalse();
  }

  @Test
  void a_line_is_read_whatever_the_name_of_the_program() {
    String rest = " S 41 42 43 0 44 " + "7 ".repeat(13) + "99 1 2";

    for (String name : List.of("sh", "a b", ") S 1 2 (", "", "ä", "line\nfeed")) {
      assertThat(ProcStat.parse("4000 (" + name + ")" + rest))
          .contains(
              new ProcessTable.Entry(new ProcessIdentity(4000, 99), 41, 42, 43, 44, 'S', name));
    }
    for (String cut : List.of("", "4000", "4000 (sh)", "4000 (sh) S 41 42 43 0 44 7 7")) {
      assertThat(ProcStat.parse(cut)).as(cut).isEmpty();
    }
  }

  @Test
  void a_process_lives_until_a_signal_ends_it() throws IOException {
    for (ProcessTable each : List.of(ProcessTable.ofThisHost(), table)) {
      for (String signal : List.of("TERM", "KILL", "USR1")) {
        Process sleep = new ProcessBuilder(DefaultSignals.command("sleep", "1000")).start();
        ProcessTable.Entry process = each.find(sleep.pid()).orElseThrow();
        assertThat(each.isAlive(process.identity())).isTrue();
        assertThat(each.age(process.identity())).isLessThan(Duration.ofHours(1));
        assertThat(process.isStopped()).isFalse();
        assertThat(process).hasToString(sleep.pid() + " (" + process.name() + ")");

        each.signal(List.of(process), signal);

        assertThat(sleep.onExit().join().exitValue()).isGreaterThan(128);
        assertThat(each.isAlive(process.identity())).isFalse();
      }
    }
  }

  @Test
  void all_that_started_later_are_found() throws IOException {
    ProcessTable proc = ProcessTable.ofThisHost();
    ProcessIdentity self = proc.find(ProcessHandle.current().pid()).orElseThrow().identity();

    assertThat(proc.since(self.startTime()))
        .extracting(ProcessTable.Entry::identity)
        .contains(self)
        .allMatch(one -> one.startTime() >= self.startTime());
    assertThat(self).hasSameHashCodeAs(new ProcessIdentity(self.pid(), self.startTime()));
  }
}
