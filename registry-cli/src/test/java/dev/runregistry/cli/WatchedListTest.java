package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code registry runs --watch}. */
class WatchedListTest {
  @TempDir Path home;

  private record Screen(boolean isOutput, boolean isError, boolean hasColour, int lines)
      implements Terminal {
    @Override
    public OptionalInt columns() {
      return OptionalInt.of(80);
    }

    @Override
    public OptionalInt rows() {
      return OptionalInt.of(lines);
    }
  }

  /** Returns the lines of the last frame. */
  private static List<String> shown(ByteArrayOutputStream screen) {
    String all = screen.toString(StandardCharsets.UTF_8);
    String last = all.substring(Math.max(0, all.lastIndexOf("\u001B[H")));
    return last.replaceAll("\u001B\\[[0-9;]*[A-Za-z]", "").lines().toList();
  }

  private static boolean shows(ByteArrayOutputStream screen, String text) {
    return shown(screen).stream().anyMatch(line -> line.contains(text));
  }

  @Test
  void a_run_appears_and_the_list_never_has_more_lines_than_the_terminal() throws Exception {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    Console caller =
        new Console(
            Map.of("REGISTRY_HOME", home.toString()),
            new StandardOutput(screen),
            new PrintableStream(screen),
            new Screen(true, true, false, 6));
    FutureTask<Integer> watch =
        new FutureTask<>(() -> new Program(caller, new SignalRelay()).execute("runs", "-w=1s"));
    Thread thread = new Thread(watch);
    thread.start();
    try {
      await().atMost(Duration.ofMinutes(2)).until(() -> shows(screen, "no runs yet"));
      Session session = new Session(home);
      for (int i = 0; i < 5; i++) {
        assertThat(session.registry("run", "--", "sh", "-c", "exit " + i).code()).isEqualTo(i);
      }

      await().atMost(Duration.ofMinutes(2)).until(() -> shows(screen, "exit 4"));
      assertThat(shown(screen))
          .hasSize(5)
          .satisfies(lines -> assertThat(lines.get(0)).startsWith("Every 1.0s, at "))
          .satisfies(lines -> assertThat(lines.get(2)).startsWith("RUN ID"));
    } finally {
      thread.interrupt();
      thread.join();
    }
    assertThat(watch.get()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-w=0.5s     | --watch must be at least 1s: 0.5s",
        "-w=soon     | --watch: ",
        "-w -o csv   | --watch prints a table on a terminal; leave it out, or the format",
        "-w -q       | --watch prints a table on a terminal; leave it out, or the format"
      })
  void an_interval_that_cannot_be_or_a_list_for_programs_is_refused(String options, String error) {
    Session.Result result =
        new Session(home).onTerminal(80).registry(("runs " + options).split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("registry: " + error);
  }
}
