package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * The identity of one database, so that a run is recorded only in the database that it began for. A
 * copy of a database has the same UUID and another address; a database created anew in the same
 * place has the same address and another UUID.
 *
 * @param address its location, in one canonical form and without secrets: {@code
 *     jdbc:postgresql://host:5432/name} or {@code jdbc:sqlite:/absolute/real/path}; empty only in
 *     {@link #UNKNOWN}
 * @param uuid the random identifier set by the migration; empty until the database was reached
 */
public record DatabaseIdentity(String address, Optional<UUID> uuid) {
  /** No particular database, for entries that name none; matches every other. */
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

  /** Returns the database at this address, whichever it is when it is reached. */
  public DatabaseIdentity withoutUuid() {
    return uuid.isEmpty() ? this : new DatabaseIdentity(address, Optional.empty());
  }

  /** Returns whether both can be the same database: no known part differs. */
  public boolean matches(DatabaseIdentity other) {
    return (address.isEmpty() || other.address.isEmpty() || address.equals(other.address))
        && (uuid.isEmpty() || other.uuid.isEmpty() || uuid.equals(other.uuid));
  }
}
