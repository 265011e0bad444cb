package dev.runregistry.persistence.jooq;

import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A process of its own that writes runs: URL, user (or -), how many. Begins when told to. */
final class Writer {
  private Writer() {}

  private static final Duration BUSY = Duration.ofMillis(4_900);

  public static void main(String[] args) throws IOException {
    DatabaseConfig config = new DatabaseConfig(args[0], present(args[1]), present(args[1]));
    System.out.println("ready");
    System.in.read();
    try (RunDatabase database = RunDatabase.at(config)) {
      if (config.user() != null) { // else left to the first run
        patiently(config, database::migrate);
      }
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        Run running = Runs.running();
        Run ended = Runs.ended(running, Runs.exited(0));
        patiently(config, () -> database.runs().save(running));
        patiently(config, () -> database.runs().save(ended));
        System.out.println(running.id());
      }
    }
  }

  /**
   * Repeats what the database does not do in time, as eight cold JVMs can bring it to on a busy
   * host: PostgreSQL counts as away after a second, SQLite is busy after five. SQLite has to have
   * waited for its turn: a deadlock between writers is reported at once.
   */
  private static void patiently(DatabaseConfig config, Runnable work) {
    await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(() -> inTurn(config, work));
  }

  private static void inTurn(DatabaseConfig config, Runnable work) {
    long begin = System.nanoTime();
    try {
      work.run();
    } catch (RepositoryException e) {
      if (config.isSqlite() && System.nanoTime() - begin < BUSY.toNanos()) {
        throw new IllegalStateException("SQLite did not wait for its turn", e);
      }
      throw e;
    }
  }

  private static @Nullable String present(String arg) {
    return arg.equals("-") ? null : arg;
  }
}
