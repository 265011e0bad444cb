package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.process.ArgumentEncodingCheck;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ArgumentEncodingCheckTest {
  private static byte[] raw(String... words) {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    for (String word : words) {
      raw.writeBytes(word.getBytes(StandardCharsets.UTF_8));
      raw.write(0);
    }
    return raw.toByteArray();
  }

  @Test
  void arguments_that_arrived_whole_are_no_problem() {
    String[] arguments = {"run", "--", "echo", "", "ü🙂", "a\nb"};

    assertThat(
            ArgumentEncodingCheck.problem(
                arguments, raw("java", "-cp", "x", "Main", "run", "--", "echo", "", "ü🙂", "a\nb")))
        .isEmpty();
    assertThat(ArgumentEncodingCheck.problem(new String[0], raw("java", "Main"))).isEmpty();
  }

  @Test
  void an_argument_that_java_could_not_decode_is_named() {
    byte[] raw = raw("java", "Main", "run", "--", "xy", "z");
    raw[raw.length - 4] = (byte) 0xFF; // what was the y

    assertThat(ArgumentEncodingCheck.problem(new String[] {"run", "--", "x\uFFFD", "z"}, raw))
        .contains("argument 3 is not valid UTF-8, so it cannot be recorded");
  }

  @Test
  void fewer_bytes_than_arguments_prove_nothing() {
    assertThat(ArgumentEncodingCheck.problem(new String[] {"a", "b"}, raw("b"))).isEmpty();
    assertThat(ArgumentEncodingCheck.problem(new String[] {"a"}, new byte[0])).isEmpty();
  }
}
