package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.process.SignalRelay;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalRelayTest {
  private final List<String> received = new ArrayList<>();
  private final SignalRelay relay = new SignalRelay();

  @Test
  void a_signal_goes_to_the_run() {
    relay.passTo(received::add);
    relay.receive("TERM");

    assertThat(received).containsExactly("TERM");
  }

  @Test
  void a_signal_that_comes_before_there_is_a_run_is_not_lost() {
    relay.receive("INT");
    relay.receive("TERM");
    relay.passTo(received::add);

    assertThat(received).containsExactly("INT", "TERM");
  }
}
