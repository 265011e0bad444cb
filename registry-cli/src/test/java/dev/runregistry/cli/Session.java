package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The program in this process, with a home, variables and a terminal of its own. */
final class Session {
  private final Map<String, String> variables = new HashMap<>();
  private boolean terminal;
  private Optional<String> typed = Optional.empty();
  private OptionalInt columns = OptionalInt.empty();

  Session(Path home) {
    variables.put("REGISTRY_HOME", home.toString());
  }

  /** What a command left behind. */
  record Result(int code, String out, String err) {}

  Session with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Session without(String variable) {
    variables.remove(variable);
    return this;
  }

  Session onTerminal(int width) {
    terminal = true;
    columns = OptionalInt.of(width);
    return this;
  }

  /** Has a terminal as stdin, on which this line is typed. */
  Session typing(String line) {
    typed = Optional.of(line);
    return this;
  }

  Result registry(String... arguments) {
    return registry(new SignalRelay(), arguments);
  }

  Result registry(SignalRelay signals, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console caller =
        new Console(
            Map.copyOf(variables),
            new StandardOutput(out),
            new PrintableStream(err),
            new FakeTerminal(terminal, columns, typed));
    int code = new Program(caller, signals).execute(arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private record FakeTerminal(boolean isOutput, OptionalInt columns, Optional<String> readLine)
      implements Terminal {
    @Override
    public boolean isInput() {
      return readLine.isPresent();
    }

    @Override
    public boolean isError() {
      return isOutput;
    }

    @Override
    public boolean hasColour() {
      return isOutput;
    }
  }
}
