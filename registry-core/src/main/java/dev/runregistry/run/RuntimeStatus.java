package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Whether the program that local runs need is there.
 *
 * @param available whether it can be started on this host
 * @param version what it says of its own version, one line; null when it is not available or does
 *     not say
 * @param message one sentence for people, never a path of this host
 */
public record RuntimeStatus(boolean available, @Nullable String version, String message) {
  /**
   * Checks that they fit together.
   *
   * @throws IllegalArgumentException if a program that is not there has a version
   */
  public RuntimeStatus {
    requireNonNull(message, "message");
    if (!available && version != null) {
      throw new IllegalArgumentException("not available, but of version " + version);
    }
  }
}
