package dev.runregistry.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.chaos.Plan.Event;
import dev.runregistry.chaos.Plan.PlannedRun;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.service.ReconciledRun;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Plays a plan on real processes, lets everything come back, and asks the oracle. */
final class Scenario {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Plan plan;
  private final Stage stage;
  private final @Nullable SmallDisk disk;
  private final Registries registries;
  private final Oracle oracle;
  private final StringBuilder story = new StringBuilder();
  private boolean away;
  private volatile boolean watching = true;

  Scenario(Plan plan, Stage stage, @Nullable SmallDisk disk) throws IOException {
    this.plan = plan;
    this.stage = stage.prepared();
    this.disk = disk;
    oracle = new Oracle(stage, plan);
    registries = Registries.of(plan, stage);
  }

  /** What happened, for whoever has to find out why. */
  String story() throws IOException {
    return plan + story.toString() + "\n" + stage.words();
  }

  void play() throws Exception {
    CompletableFuture<Void> watcher = CompletableFuture.runAsync(this::watch, Scenario::start);
    try {
      if (plan.awayFirst().isPresent()) {
        takeAway(plan.awayFirst().get());
      }
      for (PlannedRun run : plan.runs()) {
        pause(run.pauseMillis());
        registries.submit(run);
      }
      for (Event event : plan.events()) {
        pause(event.pauseMillis());
        happen(event);
      }
      pause(300);
    } finally {
      comeBack();
    }
    if (plan.takesTheDatabaseAway()) {
      requireStartsOnRecord();
    }
    registries.awaitEnd();
    registries.awaitBeside();
    registries.settle();
    settle();
    watching = false;
    watcher.join();
    oracle.judge(registries.acknowledged());
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "watcher");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whatever is final while all this goes on stays as it is. */
  private void watch() {
    while (watching) {
      try (Connection database = stage.store().look()) {
        while (watching) {
          oracle.look(database);
          pause(100);
        }
      } catch (SQLException e) {
        pause(100); // it is away, or has no tables yet
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void happen(Event event) throws IOException, SQLException {
    tell(event.kind());
    switch (event.kind()) {
      case KILL_A_REGISTRY -> one(event).destroyForcibly();
      case FREEZE_A_REGISTRY -> Signals.send("STOP", List.of(one(event).toHandle()));
      case KILL_SUPERVISORS -> tell(stage.kill("supervisor"));
      case KILL_CHILDREN -> tell(stage.kill("child"));
      case KILL_ALL -> {
        registries.processes().forEach(Process::destroyForcibly);
        tell(stage.kill("supervisor") + " and " + stage.kill("child"));
      }
      case RECONCILE -> registries.reconcile(event.dies());
      case RECONCILE_ELSEWHERE -> registries.reconcileElsewhere();
      case RECONCILE_STARVED -> registries.reconcileStarved(16 + event.number() % 64);
      case DATABASE_AWAY -> takeAway(event.number() % stage.store().waysToGo());
      case DATABASE_BACK -> bringBack();
      case FILL_THE_DISK -> requireDisk().fill();
      case EMPTY_THE_DISK -> requireDisk().empty();
    }
  }

  private SmallDisk requireDisk() {
    return requireNonNull(disk, "disk");
  }

  private Process one(Event event) {
    return registries.processes().get(event.number() % registries.processes().size());
  }

  private void takeAway(int way) throws IOException, SQLException {
    if (!away) {
      tell(stage.store().takeAway(way));
      away = true;
    }
  }

  private void bringBack() throws IOException, SQLException {
    if (away) {
      stage.store().bringBack();
      away = false;
    }
  }

  private void comeBack() throws IOException, SQLException {
    tell("all comes back");
    if (disk != null) {
      disk.empty();
    }
    List<ProcessHandle> alive =
        registries.processes().stream()
            .map(Process::toHandle)
            .filter(ProcessHandle::isAlive)
            .toList();
    if (!alive.isEmpty()) {
      Signals.send("CONT", alive);
    }
    bringBack();
  }

  /** What goes on without its registry is on record once it was looked at. */
  private void requireStartsOnRecord() throws SQLException {
    try (Registry registry = Registry.at(stage.home(), stage.store().config(), new Steps(-1))) {
      for (ReconciledRun finding : registry.runs().reconcile().findings()) {
        if (finding.action() == ReconciledRun.Action.SKIPPED
            && finding.message().startsWith("Goes on")) {
          oracle.requireOnRecord(finding.name());
        }
      }
    }
  }

  private void settle() {
    try (Registry registry = Registry.at(stage.home(), stage.store().config(), new Steps(-1))) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .untilAsserted(
              () ->
                  assertThat(registry.runs().reconcile().findings())
                      .extracting(ReconciledRun::message)
                      .isEmpty());
      assertIntact(registry);
    }
  }

  /** Each finished run has one link, and is as it was when it got it. */
  private static void assertIntact(Registry registry) {
    registry.runs().list(RunQuery.all()); // makes the tables, if no run came far enough for that
    List<Discrepancy> found = new ArrayList<>();
    registry.runs().verify(null, found::add);
    assertThat(found).as("what registry verify finds").isEmpty();
  }

  /** Ends what is left of a scenario that failed. */
  void end() throws IOException {
    registries.processes().forEach(Process::destroyForcibly);
    stage.kill("supervisor");
    stage.kill("child");
  }

  private void tell(Object what) {
    story.append("\n  ").append(what);
  }

  static void pause(int millis) { // when it happens is part of the scenario
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
