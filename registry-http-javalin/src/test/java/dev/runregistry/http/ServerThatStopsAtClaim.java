package dev.runregistry.http;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A server to kill at the moment when the database has the key of a request and the journal does
 * not have its run: says so, and waits there. Its arguments are its home, the URL of the database,
 * and, where there is one, its user with the password.
 */
final class ServerThatStopsAtClaim {
  /** The property that is true for a stop before the key is saved, and not after it. */
  static final String BEFORE = "stop.before";

  private ServerThatStopsAtClaim() {}

  public static void main(String[] arguments) throws Exception {
    DatabaseConfig database =
        arguments.length == 2
            ? new DatabaseConfig(arguments[1], null, null)
            : new DatabaseConfig(arguments[1], arguments[2], arguments[3]);
    try (RealServer server =
        RealServer.withKeys(database, Path.of(arguments[0]), "true", Stopping::new)) {
      System.out.println(server.port());
      System.in.readAllBytes();
    }
  }

  private record Stopping(IdempotencyKeys keys) implements IdempotencyKeys {
    @Override
    public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
      if (!Boolean.getBoolean(BEFORE)) {
        keys.save(wanted, run);
      }
      System.out.println("stopped");
      new CompletableFuture<Void>().join();
      return wanted;
    }

    @Override
    public Optional<IdempotencyRecord> find(String key, Instant now) {
      return keys.find(key, now);
    }
  }
}
