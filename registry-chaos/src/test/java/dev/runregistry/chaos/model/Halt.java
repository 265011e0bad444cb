package dev.runregistry.chaos.model;

/** A registry goes no further than this: no code of it catches an error like this. */
final class Halt extends Error {
  private static final long serialVersionUID = 1L;

  Halt() {
    super("halt", null, false, false);
  }
}
