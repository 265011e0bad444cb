package dev.runregistry.executor.process;

/** The destination of live output. */
enum LiveOutput {
  /** Nowhere. */
  NONE(""),
  /** Each stream on the same one of this process. */
  BOTH("12"),
  /** Prints both streams on the stderr of this process. */
  ON_STDERR("22");

  private final String targets;

  LiveOutput(String targets) {
    this.targets = targets;
  }

  /** The descriptors of stdout and stderr. */
  String targets() {
    return targets;
  }
}
