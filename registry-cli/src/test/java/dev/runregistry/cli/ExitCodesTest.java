package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.ExitCodes.Codes;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExitCodesTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console caller =
      new Console(
          Map.of(),
          new StandardOutput(new ByteArrayOutputStream()),
          new PrintableStream(err),
          Terminal.of(Map.of()));

  @Test
  void an_error_inside_was_the_commands_exit_code() {
    for (Error error :
        new Error[] {
          new StackOverflowError(), new NoClassDefFoundError("x"), new AssertionError()
        }) {
      assertThat(
              new ExitCodes(caller, Codes.OF_RUN)
                  .of(
                      () -> {
                        throw error;
                      }))
          .isEqualTo(125);
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("registry: internal error, please report:\n");
  }

  @Test
  void a_registry_without_memory_for_its_message_does_not_end_as_the_command_could_have() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new OutOfMemoryError();
          }
        };
    Console silent =
        new Console(
            Map.of(),
            new StandardOutput(new ByteArrayOutputStream()),
            new PrintableStream(full),
            Terminal.of(Map.of()));

    assertThat(new ExitCodes(silent, Codes.OF_RUN).failed(new OutOfMemoryError())).isEqualTo(125);
  }

  @Test
  void a_message_with_line_feeds_in_it_is_one_line() {
    caller.say("no such file: a\nregistry: run done");

    assertThat(err.toString(StandardCharsets.UTF_8)).hasLineCount(1);
  }
}
