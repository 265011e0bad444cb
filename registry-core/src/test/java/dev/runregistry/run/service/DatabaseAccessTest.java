package dev.runregistry.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.port.RepositoryException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class DatabaseAccessTest {
  private static final IOException REFUSED = new IOException("refused");

  @Test
  void the_log_does_not_say_the_same_reason_twice() {
    assertThat(DatabaseAccess.reason(new RepositoryException("no database: refused", REFUSED)))
        .isEqualTo("no database: refused");
  }

  @Test
  void the_log_says_the_cause_of_what_others_throw() {
    assertThat(DatabaseAccess.reason(new IllegalStateException("broken", REFUSED)))
        .isEqualTo("broken (java.io.IOException: refused)");
  }
}
