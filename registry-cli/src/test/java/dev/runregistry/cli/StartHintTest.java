package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.process.StartHint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said when the first word of a command is no program. */
class StartHintTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "echo hi | wc -l @ this looks like a shell command line; use a shell: registry run -- sh -c 'echo hi | wc -l'",
        "cd;ls           @ this looks like a shell command line; use a shell: registry run -- sh -c 'cd;ls'",
        "cd _ ..         @ 'cd' is a shell builtin; use a shell: registry run -- sh -c 'cd ..'",
        "FOO=1 _ env     @ 'FOO=…' looks like an assignment; use env: registry run -- env FOO=1 env",
        "FOO=1           @ 'FOO=…' looks like an assignment; use env: registry run -- env FOO=1",
        "python3 x.py    @ several words in one; leave out the quotes: registry run -- python3 x.py"
      })
  void a_command_that_is_meant_for_a_shell_was_only_not_found(String line, String hint) {
    List<String> words = new ArrayList<>(List.of("run", "--"));
    words.addAll(List.of(line.strip().split(" _ ")));

    Result result = new Session(folder).registry(words.toArray(new String[0]));

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.err().lines()).hasSize(2).last().isEqualTo("registry: hint: " + hint);
  }

  @Test
  void a_program_that_is_not_there_is_all_there_is_to_say() {
    Result result = new Session(folder).registry("run", "--", "no-such-program", "a b|c");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains(": no-such-program: not found on PATH (");
  }

  @Test
  void a_hint_shows_no_secret() {
    assertThat(StartHint.of(List.of("API_KEY=s3cret", "env")))
        .hasValue(
            "hint: 'API_KEY=…' looks like an assignment; use env: registry run -- env 'API_KEY=***' env");
    assertThat(new Session(folder).registry("run", "--", "cd", "--api-key", "s3cret").err())
        .contains("sh -c 'cd --api-key")
        .doesNotContain("s3cret");
  }

  @Test
  void a_trainer_that_is_not_found_says_how_to_name_another() throws IOException {
    Result result =
        new Session(folder)
            .with("REGISTRY_DATASETS", SampleDatasets.in(folder).toString())
            .with("REGISTRY_COMMAND", "no-such-trainer {config}")
            .registry("run", "--local", "-d", "arith");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.err().lines())
        .last()
        .isEqualTo("registry: hint: set REGISTRY_COMMAND to your trainer");
  }
}
