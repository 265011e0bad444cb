package dev.runregistry.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelperProcessTest {
  private static final Duration MINUTES = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private static HelperProcess sh(String line, int maxBytes, Duration deadline) {
    return new HelperProcess(List.of("sh", "-c", line), maxBytes, deadline);
  }

  private static String output(Optional<HelperProcess.Result> result) {
    return result.orElseThrow().output();
  }

  @Test
  void a_helper_has_what_it_is_given_and_never_a_variable_of_the_registry() throws IOException {
    Files.writeString(folder.resolve("in"), "input");
    HelperProcess helper =
        sh("pwd; cat; echo \" $A $B ${C-none} ${REGISTRY_TOKEN-none}\"", 1_000, MINUTES)
            .in(folder.toFile())
            .reading(new File(folder.toFile(), "in"))
            .withEnvironment(Map.of("A", "1", "B", "2", "C", "3", "REGISTRY_TOKEN", "secret"))
            .changing(Map.of("B", "4", "REGISTRY_TOKEN", "secret"))
            .changing(Collections.singletonMap("C", null));

    assertThat(output(helper.run())).isEqualTo(folder.toRealPath() + "\ninput 1 4 none none\n");
  }

  @Test
  void a_program_on_the_terminal_is_given_its_input_and_never_a_variable_of_the_registry()
      throws Exception {
    Process pager =
        HelperProcess.startOnTerminal(
            List.of(
                "sh", "-c", "read line; [ \"$line $A ${REGISTRY_TOKEN-none}\" = 'text 1 none' ]"),
            Map.of("A", "1", "REGISTRY_TOKEN", "secret"));

    pager.getOutputStream().write("text\n".getBytes(StandardCharsets.UTF_8));
    pager.getOutputStream().close();

    assertThat(pager.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(pager.exitValue()).isZero();
  }

  @Test
  void a_helper_is_awaited_also_by_an_interrupted_thread_which_stays_interrupted()
      throws IOException {
    Thread.currentThread().interrupt();
    try {
      assertThat(output(sh("echo yes", 100, MINUTES).run())).isEqualTo("yes\n");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void the_exit_code_and_the_whole_output_are_known() throws IOException {
    HelperProcess.Result result =
        sh("seq 10000; echo no >&2; exit 3", 1 << 20, MINUTES).run().orElseThrow();

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.output()).endsWith("\n10000\n");
  }

  @Test
  void the_errors_of_a_helper_are_read_only_where_they_are_wanted() throws IOException {
    assertThat(output(sh("echo no >&2; echo yes", 100, MINUTES).run())).isEqualTo("yes\n");
    assertThat(output(sh("echo no >&2; echo yes", 100, MINUTES).withErrors().run()))
        .isEqualTo("no\nyes\n");
  }

  @Test
  void a_helper_that_prints_without_an_end_is_killed() throws IOException {
    assertThat(output(sh("exec yes", 1_000, MINUTES).run())).hasSize(1_000);
  }

  @Test
  void output_that_is_not_wanted_needs_no_file_and_no_memory() throws IOException {
    HelperProcess.Result result = sh("seq 100000; exit 4", 0, MINUTES).run().orElseThrow();

    assertThat(result).isEqualTo(new HelperProcess.Result(4, "", true));
  }

  @Test
  void what_a_helper_leaves_behind_with_its_output_delays_nothing() throws IOException {
    assertThat(output(sh("tail -f /dev/null & echo ready", 1_000, MINUTES).run()))
        .isEqualTo("ready\n");
  }

  @Test
  void a_helper_that_hangs_is_killed_after_its_time() throws IOException {
    assertThat(sh("exec tail -f /dev/null", 1_000, Duration.ofMillis(50)).run()).isEmpty();
  }

  @Test
  void a_cancelled_helper_is_not_started() throws IOException {
    Path started = folder.resolve("started");
    HelperProcess helper = sh("touch " + started, 1_000, MINUTES);
    helper.cancel();

    assertThat(helper.run()).isEmpty();
    assertThat(started).doesNotExist();
  }

  @Test
  void a_cancelled_helper_is_killed() throws Exception {
    Path started = folder.resolve("started");
    HelperProcess helper =
        sh("touch " + started + "; exec tail -f /dev/null", 1_000, Duration.ofHours(1));
    Thread canceller =
        new Thread(
            () -> {
              while (!Files.exists(started)) {
                Thread.onSpinWait();
              }
              helper.cancel();
            });
    canceller.start();

    assertThat(helper.run()).isEmpty();
    canceller.join();
  }

  @Test
  void an_interrupt_is_kept_for_later() throws IOException {
    Thread.currentThread().interrupt();

    assertThat(output(sh("echo all", 1_000, MINUTES).run())).isEqualTo("all\n");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_program_that_is_not_there_is_an_error() {
    HelperProcess helper = new HelperProcess(List.of("no-such-program-here"), 1, MINUTES);

    assertThatThrownBy(helper::run).isInstanceOf(IOException.class);
  }

  @Test
  void a_detached_process_has_no_input_and_appends_its_output_to_its_log() throws IOException {
    Path log = Files.writeString(folder.resolve("log"), "before\n");

    HelperProcess.startDetached(
        List.of("sh", "-c", "cat; echo $NOTE; echo end >&2"), Map.of("NOTE", "set"), log.toFile());

    await().atMost(MINUTES).untilAsserted(() -> assertThat(log).hasContent("before\nset\nend\n"));
  }
}
