package dev.runregistry.offender.two;

import dev.runregistry.offender.one.OneOffender;

/** Half of a cycle. */
public final class TwoOffender {
  private final Class<?> other = OneOffender.class;

  Class<?> other() {
    return other;
  }
}
