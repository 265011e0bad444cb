package dev.runregistry.run;

import java.util.List;
import java.util.stream.Collectors;

/** Where a training computes. Stored and shown by its {@link #text()}: never change one. */
public enum TrainingDevice {
  /** The runner decides. */
  AUTO("auto"),
  /** The processors of the host. */
  CPU("cpu"),
  /** An accelerator that speaks CUDA. */
  CUDA("cuda");

  private static final List<TrainingDevice> ALL = List.of(values());

  private final String text;

  TrainingDevice(String text) {
    this.text = text;
  }

  /** Returns how databases, HTTP, the configuration and the command line write it. */
  public String text() {
    return text;
  }

  /**
   * Reads what {@link #text()} wrote.
   *
   * @throws IllegalArgumentException if there is no such device; the message names all that are
   */
  public static TrainingDevice parse(String text) {
    for (TrainingDevice device : ALL) {
      if (device.text.equals(text)) {
        return device;
      }
    }
    throw new IllegalArgumentException(
        "no device %s; allowed are %s".formatted(Text.quote(text), allowed()));
  }

  private static String allowed() {
    return ALL.stream().map(TrainingDevice::text).collect(Collectors.joining(", "));
  }
}
