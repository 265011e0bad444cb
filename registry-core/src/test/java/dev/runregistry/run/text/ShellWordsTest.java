package dev.runregistry.run.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
  @Test
  void a_command_is_what_a_shell_would_take() {
    assertThat(ShellWords.join(List.of("sh", "-c", "echo it's", "", "a/b-c=1")))
        .isEqualTo("sh -c 'echo it'\\''s' '' a/b-c=1");
  }
}
