package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.Terminal;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({
    "FORCE_COLOR=1, true",
    "CLICOLOR_FORCE=1, true",
    "TERM=dumb FORCE_COLOR=3, true",
    "FORCE_COLOR=0, false",
    "CLICOLOR_FORCE=, false",
    "NO_COLOR=1 FORCE_COLOR=1, false",
    "TERM=xterm, false"
  })
  void colours_without_a_terminal_are_those_that_the_environment_forces(
      String variables, boolean coloured) {
    Map<String, String> environment =
        Stream.of(variables.split(" "))
            .map(variable -> variable.split("=", 2))
            .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));

    assertThat(Terminal.of(environment).hasColour()).isEqualTo(coloured);
  }
}
