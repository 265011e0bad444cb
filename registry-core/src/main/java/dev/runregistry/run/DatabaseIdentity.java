package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * Names one database, so that a run is recorded in the database that it began for and in no other.
 * A copy of a database has its UUID and another address; a database that was created anew in the
 * same place has its address and another UUID.
 *
 * @param address where it is, in one canonical form and without secrets: {@code
 *     jdbc:postgresql://host:5432/name} or {@code jdbc:sqlite:/absolute/real/path}; empty only in
 *     {@link #UNKNOWN}
 * @param uuid the random name that the migration gave it; empty until it has been reached
 */
public record DatabaseIdentity(String address, Optional<UUID> uuid) {
  /** No database in particular, for entries that name none; matches every other. */
  public static final DatabaseIdentity UNKNOWN = new DatabaseIdentity("", Optional.empty());

  /**
   * Checks the address.
   *
   * @throws IllegalArgumentException if it is empty though there is a UUID
   */
  public DatabaseIdentity {
    requireNonNull(address, "address");
    requireNonNull(uuid, "uuid");
    if (address.isEmpty() && uuid.isPresent()) {
      throw new IllegalArgumentException("a database has an address");
    }
  }

  /** Returns whether both can be the same database: nothing that is known of both differs. */
  public boolean matches(DatabaseIdentity other) {
    return (address.isEmpty() || other.address.isEmpty() || address.equals(other.address))
        && (uuid.isEmpty() || other.uuid.isEmpty() || uuid.equals(other.uuid));
  }
}
