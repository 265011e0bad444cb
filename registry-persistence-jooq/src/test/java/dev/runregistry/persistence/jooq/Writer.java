package dev.runregistry.persistence.jooq;

import static org.awaitility.Awaitility.await;

import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A process of its own that writes runs: URL, user (or -), how many. Begins when told to. */
final class Writer {
  private Writer() {}

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
   * A PostgreSQL that does not answer within a second counts as away, and on a busy host eight cold
   * JVMs can bring it to that. SQLite has to do it at once.
   */
  private static void patiently(DatabaseConfig config, Runnable work) {
    if (config.isSqlite()) {
      work.run();
      return;
    }
    await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(work::run);
  }

  private static @Nullable String present(String arg) {
    return arg.equals("-") ? null : arg;
  }
}
