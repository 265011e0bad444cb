package dev.runregistry.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.chaos.Plan.CancelWay;
import dev.runregistry.chaos.Plan.Event;
import dev.runregistry.chaos.Plan.PlannedRun;
import dev.runregistry.chaos.Registries.CancelAnswer;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.process.Signals;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plays a plan on real processes, lets everything come back, and asks the oracle. */
final class Scenario {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int STACKS = 3_000; // milliseconds for printing them

  private final Plan plan;
  private final Stage stage;
  private final @Nullable SmallDisk disk;
  private final Registries registries;
  private final Oracle oracle;
  private final StringBuilder story = new StringBuilder();
  private final StringBuilder processes = new StringBuilder();
  private final List<CancelAnswer> cancelAnswers = new ArrayList<>();
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
    return plan + story.toString() + "\n" + processes + stage.words();
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
    registries.repeat();
    if (plan.hasToBeDrained()) {
      drain();
    }
    registries.awaitEnd();
    registries.requireOneRunForEachKey();
    registries.awaitBeside();
    registries.settle();
    settle();
    watching = false;
    watcher.join();
    cancelAnswers.addAll(registries.cancelAnswers());
    oracle.judge(registries.acknowledged(), registries.accepted(), cancelAnswers);
  }

  /** How many runs have ended how, and how many submissions and cancels were answered. */
  Map<String, Integer> figures() throws IOException {
    Map<String, Integer> all = new TreeMap<>(oracle.statuses());
    all.put("accepted", registries.accepted().size());
    all.put("cancels answered", cancelAnswers.size());
    return all;
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
      case FREEZE_A_REGISTRY -> Signals.send("STOP", List.of(one(event)));
      case KILL_SUPERVISORS -> tell(stage.kill("supervisor"));
      case KILL_CHILDREN -> tell(stage.kill("child"));
      case KILL_ALL -> {
        registries.handles().forEach(ProcessHandle::destroyForcibly);
        tell(stage.kill("supervisor") + " and " + stage.kill("child"));
      }
      case CANCEL -> cancel(event);
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

  private ProcessHandle one(Event event) {
    List<ProcessHandle> all = registries.handles();
    return all.get(event.number() % all.size());
  }

  private void cancel(Event event) throws IOException {
    List<String> ids = oracle.cancellable();
    if (!ids.isEmpty()) {
      CancelWay way = CancelWay.values()[event.number() % CancelWay.values().length];
      String id = ids.get(event.number() / CancelWay.values().length % ids.size());
      tell(way + " " + id);
      oracle.cancels(id);
      registries.cancel(id, way, event.dies());
    }
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
        registries.handles().stream().filter(ProcessHandle::isAlive).toList();
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
            && finding.message().startsWith("Running; its registry has exited")) {
          oracle.requireOnRecord(finding.name());
        }
      }
    }
  }

  /** Lets all that waits start and end; what does not end by itself is cancelled first. */
  private void drain() {
    try (Registry registry = Registry.at(stage.home(), stage.store().config(), new Steps(-1))) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> isDrained(registry.runs()));
    }
  }

  private boolean isDrained(RunRegistry registry) throws IOException {
    boolean over = registries.isOver();
    registry.reconcile();
    cancelEndless(registry);
    boolean waits = !stage.runs("queued").isEmpty();
    if (waits && !registry.queueStatus().dispatching()) {
      registries.ensureDispatcher();
    }
    return over && !waits && stage.runs("active").isEmpty();
  }

  /** Each once: a cancel that was answered is not repeated. */
  private void cancelEndless(RunRegistry registry) throws IOException {
    Set<String> answered =
        Stream.concat(registries.cancelAnswers().stream(), cancelAnswers.stream())
            .map(CancelAnswer::id)
            .collect(Collectors.toSet());
    for (String id : oracle.endless()) {
      if (!answered.contains(id)) {
        oracle.cancels(id);
        CancelResult result = registry.cancel(RunId.parse(id), "the end");
        assertThat(result.kind()).as("run %s", id).isNotEqualTo(CancelResult.Kind.UNKNOWN);
        cancelAnswers.add(
            new CancelAnswer(id, Optional.ofNullable(result.status()).map(RunStatus::text)));
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

  /**
   * Ends what is left of a scenario that failed. The states of its processes and threads are in the
   * story, and the stacks of the servers that can print them: one that a tracer keeps stopped
   * cannot, which tells it from one that waits.
   */
  void end() throws IOException {
    List<ProcessHandle> alive =
        registries.handles().stream().filter(ProcessHandle::isAlive).toList();
    for (ProcessHandle process : alive) {
      processes.append(process.pid()).append(": ").append(Stage.state(process.pid())).append('\n');
    }
    if (!alive.isEmpty()) {
      Signals.send("QUIT", alive);
      pause(STACKS);
    }
    processes.append(registries.outputs());
    registries.handles().forEach(ProcessHandle::destroyForcibly);
    stage.kill("supervisor");
    stage.kill("child");
    oracle.processes().forEach(ProcessHandle::destroyForcibly);
  }

  private void tell(Object what) {
    story.append("\n  ").append(what);
  }

  static void pause(int millis) { // when it happens is part of the scenario
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
