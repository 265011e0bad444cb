package dev.runregistry.run;

import java.util.List;
import java.util.stream.Collectors;

/** The device a training computes on. Stored and shown as {@link #text()}: never change one. */
public enum TrainingDevice {
  /** Chosen by the training program. */
  AUTO("auto"),
  /** The processors of the host. */
  CPU("cpu"),
  /** An accelerator with CUDA. */
  CUDA("cuda");

  private static final List<TrainingDevice> ALL = List.of(values());

  private final String text;

  TrainingDevice(String text) {
    this.text = text;
  }

  /** Returns the name used by databases, HTTP, the configuration and the command line. */
  public String text() {
    return text;
  }

  /**
   * Parses the output of {@link #text()}.
   *
   * @throws IllegalArgumentException if there is no such device; the message names all devices
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
