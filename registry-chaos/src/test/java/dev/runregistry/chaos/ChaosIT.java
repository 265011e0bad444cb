package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.Plan.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random scenarios on the shipped program, real processes and real databases. {@code
 * -Dchaos.scenarios=2000} for many of them, {@code -Dchaos.jobs=4} at once, {@code -Dchaos.seed=…
 * -Dchaos.scenarios=1} to see one again.
 */
class ChaosIT {
  private static final int SCENARIOS = Integer.getInteger("chaos.scenarios", 4);
  private static final int JOBS = Integer.getInteger("chaos.jobs", 2);
  private static final int WORTH_AN_ARCHIVE = 50;

  @TempDir private Path folder;
  private Installation installation;
  private Path template;
  private final Queue<String> flaws = new ConcurrentLinkedQueue<>();
  private final Map<Object, Integer> played = new ConcurrentHashMap<>();

  @BeforeEach
  void open() throws IOException {
    Tools.need();
    installation = new Installation(folder.resolve("cache"), SCENARIOS >= WORTH_AN_ARCHIVE);
    template = Files.createDirectories(folder.resolve("template"));
    try (Registry registry = Registry.at(template, Registry.sqlite(template), new Steps(-1))) {
      assertThat(registry.onRecord()).isEmpty(); // its tables are made now
    }
  }

  @Test
  void on_sqlite_nothing_is_lost_and_nothing_untrue() throws Exception {
    play("SQLite", (seed, job) -> onSqlite(seed));
  }

  @Test
  void on_postgresql_nothing_is_lost_and_nothing_untrue() throws Exception {
    Store[] servers = new Store[JOBS];
    for (int job = 0; job < JOBS; job++) {
      servers[job] = new Store.Postgres(Files.createDirectories(folder.resolve("server" + job)));
      empty(servers[job]);
    }
    play("PostgreSQL", (seed, job) -> onPostgres(seed, servers[job]));
    for (Store server : servers) {
      server.close();
    }
  }

  private interface Play {
    void play(long seed, int job) throws Exception;
  }

  /** Some at once; one that fails does not keep the others from being played. */
  private void play(String database, Play how) throws Exception {
    long first = Long.getLong("chaos.seed", new Random().nextInt(Integer.MAX_VALUE));
    System.out.printf("chaos on %s: %d scenarios from seed %d%n", database, SCENARIOS, first);
    AtomicLong next = new AtomicLong(first);
    long start = System.nanoTime();
    ExecutorService workers = Executors.newFixedThreadPool(JOBS);
    for (Future<?> worker :
        IntStream.range(0, JOBS)
            .<Future<?>>mapToObj(job -> workers.submit(() -> work(job, next, first, how)))
            .toList()) {
      worker.get();
    }
    workers.shutdown();
    System.out.printf(
        "chaos on %s: %s in %d s, %d with flaws%n",
        database, played, (System.nanoTime() - start) / 1_000_000_000, flaws.size());
    assertThat(flaws).isEmpty();
  }

  private void work(int job, AtomicLong next, long first, Play how) {
    for (long seed = next.getAndIncrement();
        seed < first + SCENARIOS;
        seed = next.getAndIncrement()) {
      try {
        how.play(seed, job);
      } catch (AssertionError | Exception e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        String flaw = "-Dchaos.seed=%d -Dchaos.scenarios=1: %s".formatted(seed, trace);
        System.out.println(flaw);
        flaws.add(flaw);
      }
    }
  }

  private void onSqlite(long seed) throws Exception {
    Plan plan = Plan.of(seed, 1);
    Path place = folder(seed);
    try (SmallDisk disk = disk(plan, place)) {
      Path home = home(disk, place);
      Path file = place.resolve("registry.db");
      if (!plan.freshDatabase()) {
        Files.copy(template.resolve("registry.db"), file);
      }
      try (Store store = new Store.Sqlite(file)) {
        play(plan, new Stage(installation, place, home, store, plan.clockOffset()), disk);
      }
    }
    delete(place);
  }

  private void onPostgres(long seed, Store store) throws Exception {
    Plan plan = Plan.of(seed, store.waysToGo());
    Path place = folder(seed);
    if (plan.freshDatabase()) {
      empty(store);
    }
    try (SmallDisk disk = disk(plan, place)) {
      play(
          plan, new Stage(installation, place, home(disk, place), store, plan.clockOffset()), disk);
    }
    delete(place);
  }

  private static void empty(Store store) throws SQLException {
    try (Connection connection = store.look();
        Statement statement = connection.createStatement()) {
      statement.execute("drop schema public cascade");
      statement.execute("create schema public");
    }
  }

  private Path folder(long seed) throws IOException {
    return Files.createDirectories(folder.resolve(Long.toString(seed)));
  }

  private static SmallDisk disk(Plan plan, Path place) throws IOException {
    return plan.disk() == Disk.LARGE ? null : SmallDisk.of(2_048, place.resolve("disk"));
  }

  private static Path home(SmallDisk disk, Path place) throws IOException {
    return Files.createDirectories((disk == null ? place : disk.folder()).resolve("home"));
  }

  private void play(Plan plan, Stage stage, SmallDisk disk) throws Exception {
    Scenario scenario = new Scenario(plan, stage, disk);
    try {
      scenario.play();
    } catch (AssertionError | Exception e) {
      scenario.end();
      throw new AssertionError(scenario.story(), e);
    } finally {
      played.merge(plan.door(), 1, Integer::sum);
      played.merge("runs", plan.runs().size(), Integer::sum);
      scenario.figures().forEach((name, count) -> played.merge(name, count, Integer::sum));
      tellNowAndThen(played.merge("scenarios", 1, Integer::sum));
    }
  }

  private void tellNowAndThen(int scenarios) {
    if (scenarios % 100 == 0) {
      System.out.printf("chaos: %s so far, %d with flaws%n", played, flaws.size());
    }
  }

  private static void delete(Path place) throws IOException {
    try (Stream<Path> all = Files.walk(place)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
