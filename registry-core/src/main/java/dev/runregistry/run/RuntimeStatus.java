package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The availability of the program that local runs need.
 *
 * @param available whether it can be started on this host
 * @param version the version it prints, one line; null if it is not available or prints none
 * @param message one sentence for people, never a path of this host
 */
public record RuntimeStatus(boolean available, @Nullable String version, String message) {
  /**
   * Checks the combination.
   *
   * @throws IllegalArgumentException if an unavailable program has a version
   */
  public RuntimeStatus {
    requireNonNull(message, "message");
    if (!available && version != null) {
      throw new IllegalArgumentException("not available, but of version " + version);
    }
  }
}
