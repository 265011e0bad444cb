package dev.runregistry.executor.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunnerTest {
  @Test
  void a_host_without_a_name_refused_every_run() {
    assertThat(Runner.hostName("")).isNotEmpty();
    assertThat(Runner.hostName(null)).isNotEmpty();
    assertThat(Runner.hostName("node7")).isEqualTo("node7");
  }
}
