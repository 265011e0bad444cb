package dev.runregistry.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random scenarios on real processes and databases. {@code -Dchaos.scenarios=2000} for more of
 * them, {@code -Dchaos.seed=… -Dchaos.scenarios=1} to see one again.
 */
class ChaosTest {
  private static final int SCENARIOS = Integer.getInteger("chaos.scenarios", 5);

  @TempDir private Path folder;

  @Test
  void on_sqlite_nothing_is_lost_and_nothing_untrue() throws Exception {
    for (long seed : seeds("SQLite")) {
      Path home = folder.resolve(Long.toString(seed));
      Files.createDirectories(home);
      try (Store store = new Store.Sqlite(home)) {
        play("SQLite", seed, home, store);
      }
    }
  }

  @Test
  void on_postgresql_nothing_is_lost_and_nothing_untrue() throws Exception {
    try (Store store = new Store.Postgres(folder)) {
      for (long seed : seeds("PostgreSQL")) {
        play("PostgreSQL", seed, folder.resolve(Long.toString(seed)), store);
      }
    }
  }

  private static long[] seeds(String database) {
    long first = Long.getLong("chaos.seed", new Random().nextInt(Integer.MAX_VALUE));
    System.out.printf("chaos on %s: %d scenarios from seed %d%n", database, SCENARIOS, first);
    return LongStream.range(first, first + SCENARIOS).toArray();
  }

  private static void play(String database, long seed, Path home, Store store) throws Exception {
    Scenario scenario = new Scenario(seed, home, store);
    try {
      scenario.play();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "%s, -Dchaos.seed=%d -Dchaos.scenarios=1:%s%n%s"
              .formatted(database, seed, scenario.story(), e.getMessage()),
          e);
    }
  }
}
