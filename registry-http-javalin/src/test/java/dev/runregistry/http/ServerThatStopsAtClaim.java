package dev.runregistry.http;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import dev.runregistry.run.IdempotencyClaim;
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
    public IdempotencyClaim claim(IdempotencyClaim wanted) {
      keys.claim(wanted);
      System.out.println("claimed");
      new CompletableFuture<Void>().join();
      return wanted;
    }

    @Override
    public Optional<IdempotencyClaim> find(String key, Instant now) {
      return keys.find(key, now);
    }

    @Override
    public void release(IdempotencyClaim claim) {
      keys.release(claim);
    }
  }
}
