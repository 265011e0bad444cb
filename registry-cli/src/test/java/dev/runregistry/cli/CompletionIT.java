package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Completion in the real shells. */
class CompletionIT {
  @TempDir Path folder;

  private Path script(String shell) throws IOException {
    return Files.writeString(
        folder.resolve("completion." + shell),
        new Session(folder).registry("completion", shell).out());
  }

  /** What a shell prints; skipped, with a word, where it is not installed. */
  private static String printedBy(String... command) throws Exception {
    Process shell;
    try {
      shell = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, command[0] + " is not installed here: its completion is not tried");
      throw e;
    }
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(printed).isZero();
    return printed;
  }

  @ParameterizedTest
  @CsvSource({"registry ru, run", "registry runs lo, logs", "registry run --kill, --kill-after"})
  void bash_completes_commands_and_options(String line, String expected) throws Exception {
    String[] words = line.split(" ");
    String completing =
        "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_registry; printf '%%s\\n' \"${COMPREPLY[@]}\""
            .formatted(script("bash"), line, words.length - 1, line);

    assertThat(printedBy("bash", "-c", completing).lines().map(String::strip)).contains(expected);
  }

  @Test
  void zsh_takes_the_script() throws Exception {
    String completing =
        "autoload -U compinit && compinit -u -D && source '%s' && print -r -- $_comps[registry]"
            .formatted(script("zsh"));

    assertThat(printedBy("zsh", "-f", "-c", completing)).contains("complete");
  }

  @ParameterizedTest
  @CsvSource({
    "registry ru, run",
    "registry runs l, logs",
    "registry run --kill, --kill-after",
    "'registry completion ', fish"
  })
  void fish_completes_commands_and_options(String line, String expected) throws Exception {
    String completing = "source '%s'; complete -C '%s'".formatted(script("fish"), line);

    List<String> words =
        printedBy("fish", "--no-config", "-c", completing)
            .lines()
            .map(candidate -> candidate.split("\t")[0])
            .toList();
    assertThat(words).contains(expected);
  }
}
