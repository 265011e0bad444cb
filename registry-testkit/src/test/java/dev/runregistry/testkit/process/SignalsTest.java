package dev.runregistry.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private ProcessHandle parent;

  @BeforeEach
  void start() throws IOException {
    Process started = new ProcessBuilder("sh", "-c", "sleep 600 & sleep 600 & echo; wait").start();
    parent = started.toHandle();
    assertThat(started.getInputStream().read()).isEqualTo('\n'); // both are there
  }

  private List<ProcessHandle> tree() {
    return Stream.concat(Stream.of(parent), parent.descendants()).toList();
  }

  private static char state(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void kill() throws IOException {
    Signals.send("KILL", tree());
  }

  @Test
  void a_stopped_tree_is_stopped_with_its_children_until_it_is_continued() throws IOException {
    Signals.stopTree(parent);

    assertThat(tree()).hasSize(3).allMatch(process -> state(process) == 'T');
    Signals.continueTree(parent);
    while (tree().stream().anyMatch(process -> state(process) == 'T')) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_process_that_has_ended_counts_as_stopped() throws IOException {
    ProcessHandle ended = new ProcessBuilder("true").start().toHandle();
    ended.onExit().join();

    Signals.stopTree(ended);

    assertThat(ended.isAlive()).isFalse();
  }
}
