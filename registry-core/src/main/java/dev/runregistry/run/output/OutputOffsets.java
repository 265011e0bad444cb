package dev.runregistry.run.output;

/** A position of which only the two offsets are known. */
record OutputOffsets(long stdout, long stderr) implements OutputPosition {
  OutputOffsets {
    if (stdout < 0 || stderr < 0) {
      throw new IllegalArgumentException(
          "an offset must not be negative: %d, %d".formatted(stdout, stderr));
    }
  }
}
