package dev.runregistry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InvocationOptionsTest {
  @Test
  void values_out_of_range_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Invocation.Options(Duration.ofMillis(-1), false, null, null))
        .withMessageContaining("-0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Invocation.Options(null, false, 10_239L, null))
        .withMessageContaining("at least 10240 bytes: 10239");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Invocation.Options(null, "SIG USR1", false, null, null, null))
        .withMessageContaining("\"SIG USR1\"");
  }

  @Test
  void an_invocation_keeps_its_options_wherever_it_starts() {
    Invocation.Options options = new Invocation.Options(null, true, 10_240L, List.of("A"));

    Invocation invocation = Invocation.of(List.of("train")).with(options);

    assertThat(Invocation.of(List.of("train")).options()).isEqualTo(Invocation.Options.NONE);
    assertThat(invocation.in("/srv", Map.of()).options()).isEqualTo(options);
    assertThat(invocation.withVariables(Map.of("A", "b")).options()).isEqualTo(options);
  }
}
