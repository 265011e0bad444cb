package dev.runregistry.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InitialEnvironmentTest {
  private static Map<String, @Nullable String> parsed(String text) {
    return set(InitialEnvironment.parsed(text.getBytes(UTF_8)));
  }

  private static Map<String, @Nullable String> set(InitialEnvironment environment) {
    Map<String, @Nullable String> set = new HashMap<>(environment.variables());
    set.values().removeIf(Objects::isNull);
    return set;
  }

  @Test
  void every_variable_is_read_as_it_was() {
    assertThat(parsed("x\nA=1\0my.b==2\n3\0BASH_FUNC_f%%=() {  echo ü\n}\0EMPTY=\0=\0"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("A", "1", "my.b", "=2\n3", "BASH_FUNC_f%%", "() {  echo ü\n}", "EMPTY", ""));
  }

  @Test
  void of_what_is_not_complete_nothing_is_believed() {
    assertThat(parsed("x\nA=1\0B=2")).isEmpty();
    assertThat(parsed("x\n")).isEmpty();
    assertThat(parsed("")).isEmpty();
    assertThat(parsed("x\n=\0")).isEmpty();
  }

  @Test
  void what_is_no_text_or_no_variable_is_left_out() {
    assertThat(set(InitialEnvironment.parsed("x\nA=\377\0word\0B=2\0=\0".getBytes(ISO_8859_1))))
        .isEqualTo(Map.of("B", "2"));
  }

  @Test
  void a_signal_that_was_ignored_and_that_java_handles_is_known() {
    byte[] text =
        "x\nA=1\0Name:\tcat\nSigBlk:\t0000000000001000\nSigIgn:\t0000000001001001\nSigCgt:\t0\n\0=\0"
            .getBytes(UTF_8);

    assertThat(InitialEnvironment.parsed(text).ignored()).containsExactly("PIPE", "XFSZ");
    assertThat(set(InitialEnvironment.parsed(text))).isEqualTo(Map.of("A", "1"));
    assertThat(InitialEnvironment.parsed("x\nA=1\0=\0".getBytes(UTF_8)).ignored()).isEmpty();
  }

  @Test
  void what_the_shell_has_added_the_command_does_not_have() {
    Map<String, @Nullable String> initial =
        InitialEnvironment.parsed("x\nOLDPWD=/\0_=\377\0=\0".getBytes(ISO_8859_1)).variables();

    assertThat(initial)
        .containsEntry("PWD", null)
        .containsEntry("OLDPWD", "/")
        .doesNotContainKey("_");
    assertThat(
            ChildEnvironment.of(Map.of("PWD", "/x", "A", "1"), initial)
                .appliedTo(Map.of("PWD", "/x", "A", "1")))
        .isEqualTo(Map.of("A", "1", "OLDPWD", "/"));
  }

  @Test
  void a_secret_does_not_come_back_with_it() {
    Map<String, String> ours =
        Map.of("REGISTRY_TOKEN", "s", "LC_ALL", "C.UTF-8", "REGISTRY_CALLERS_LC_ALL", "=C");

    assertThat(
            ChildEnvironment.of(ours, Map.of("REGISTRY_TOKEN", "s", "LC_ALL", "C", "a.b", "1"))
                .appliedTo(ours))
        .isEqualTo(Map.of("LC_ALL", "C", "a.b", "1"));
    assertThat(
            ChildEnvironment.of(Map.of(), Map.of("REGISTRY_DB_PASSWORD", "s")).appliedTo(Map.of()))
        .isEmpty();
  }
}
