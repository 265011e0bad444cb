package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Text;
import java.util.UUID;

/**
 * A home as its registry announces it.
 *
 * @param id identifies the directory, wherever it is mounted; a copy of it has the same
 * @param host the name of the host, 1 to {@value #MAX_HOST} characters, as in the provenance of its
 *     runs; a longer one is truncated
 * @param registryVersion the version of the registry, 1 to {@value #MAX_VERSION} characters; a
 *     longer one is truncated
 */
public record Home(UUID id, String host, String registryVersion) {
  /** The maximum length of the name of a host in characters. */
  public static final int MAX_HOST = 255;

  /** The maximum length of a version in characters. */
  public static final int MAX_VERSION = 64;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a text is empty
   */
  public Home {
    requireNonNull(id, "id");
    host = Text.require("host", Text.truncate(host, MAX_HOST), MAX_HOST);
    registryVersion =
        Text.require("registry_version", Text.truncate(registryVersion, MAX_VERSION), MAX_VERSION);
  }
}
