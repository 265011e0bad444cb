package dev.runregistry.offender.one;

import dev.runregistry.offender.two.TwoOffender;

/** Half of a cycle. */
public final class OneOffender {
  private final Class<?> other = TwoOffender.class;

  Class<?> other() {
    return other;
  }
}
