package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * Which database keeps the runs. A copy of a database has its UUID and another address; a database
 * that was made anew in the same place has its address and another UUID.
 *
 * @param address where it is, in one canonical form and without secrets: {@code
 *     jdbc:postgresql://host:5432/name} or {@code jdbc:sqlite:/absolute/real/path}
 * @param uuid the random name that the migration gave it; empty until it has been reached
 */
public record DatabaseIdentity(String address, Optional<UUID> uuid) {
  /**
   * Checks the address.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public DatabaseIdentity {
    requireNonNull(address, "address");
    requireNonNull(uuid, "uuid");
    if (address.isEmpty()) {
      throw new IllegalArgumentException("a database has an address");
    }
  }
}
