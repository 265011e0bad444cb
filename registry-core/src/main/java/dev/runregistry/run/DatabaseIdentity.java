package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * Names one database, so that a run is recorded in the database that it began for and in no other.
 * A copy of a database has the same id and another address; a database that was created anew has
 * the same address and another id.
 *
 * @param address the canonical address, without secrets; empty where it is not known
 * @param uuid the random id that the migration gave the database; empty until it was reached
 */
public record DatabaseIdentity(String address, Optional<UUID> uuid) {
  /** No database in particular: matches every other. */
  public static final DatabaseIdentity UNKNOWN = new DatabaseIdentity("", Optional.empty());

  /** Null is refused. */
  public DatabaseIdentity {
    requireNonNull(address, "address");
    requireNonNull(uuid, "uuid");
  }

  /** Returns whether both can be the same database: nothing that is known of both differs. */
  public boolean matches(DatabaseIdentity other) {
    return (address.isEmpty() || other.address.isEmpty() || address.equals(other.address))
        && (uuid.isEmpty() || other.uuid.isEmpty() || uuid.equals(other.uuid));
  }
}
