package dev.runregistry.chaos;

import dev.runregistry.chaos.Plan.Child;
import dev.runregistry.chaos.Plan.Disk;
import dev.runregistry.chaos.Plan.Door;
import dev.runregistry.chaos.Plan.Event;
import dev.runregistry.chaos.Plan.Kind;
import dev.runregistry.chaos.Plan.PlannedRun;
import dev.runregistry.chaos.Plan.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code registry run}, {@code registry reconcile} and the supervisor, each killed before every
 * call of the system that matters, one after the other; and the first two with each open and each
 * read failing. The short form takes some of them, another time others.
 */
class EveryCallIT {
  private static final boolean LONG = Integer.getInteger("chaos.scenarios", 0) >= 50;
  private static final int SOME = Integer.getInteger("chaos.calls", 1);

  /** In a home that is new: five folders, and three syncs of the note that it began. */
  private static final Step BEFORE_THE_ENDING_IS_NOTED = new Step("fsync", 9);

  private static final Child CHILD = new Child(300, 7, false, false);

  private static Installation installation;

  @BeforeAll
  static void open(@TempDir Path cache) throws IOException {
    Tools.need();
    installation = new Installation(cache, LONG);
  }

  static Stream<Step> callsOfRegistry() {
    return some(Plan.callsOfRegistry());
  }

  static Stream<Step> failingLooks() {
    return some(Plan.failingLooks());
  }

  static Stream<Step> callsOfSupervisor() {
    return some(Plan.callsOfSupervisor());
  }

  private static Stream<Step> some(List<Step> all) {
    List<Step> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(Long.getLong("chaos.seed", System.nanoTime())));
    return LONG ? all.stream() : shuffled.stream().limit(SOME);
  }

  @ParameterizedTest
  @MethodSource("callsOfRegistry")
  void a_registry_that_dies_before_that_call_loses_nothing(Step call, @TempDir Path place)
      throws Exception {
    playRegistry(place, call);
  }

  @ParameterizedTest
  @MethodSource("callsOfSupervisor")
  void a_supervisor_that_dies_before_that_call_makes_nothing_untrue(Step call, @TempDir Path place)
      throws Exception {
    play(place, new PlannedRun(0, CHILD, Optional.empty(), Optional.empty(), Optional.of(call)));
  }

  @ParameterizedTest
  @MethodSource("callsOfRegistry")
  void a_reconciler_that_dies_before_that_call_leaves_its_work_to_the_next(
      Step call, @TempDir Path place) throws Exception {
    playReconciler(place, call);
  }

  @ParameterizedTest
  @MethodSource("failingLooks")
  void a_registry_that_cannot_open_or_read_something_records_nothing_untrue(
      Step call, @TempDir Path place) throws Exception {
    playRegistry(place, call);
  }

  @ParameterizedTest
  @MethodSource("failingLooks")
  void a_reconciler_that_cannot_open_or_read_something_records_nothing_untrue(
      Step call, @TempDir Path place) throws Exception {
    playReconciler(place, call);
  }

  private static void playRegistry(Path place, Step call) throws Exception {
    play(place, new PlannedRun(0, CHILD, Optional.empty(), Optional.of(call), Optional.empty()));
  }

  private static void playReconciler(Path place, Step call) throws Exception {
    PlannedRun killed =
        new PlannedRun(
            0, CHILD, Optional.empty(), Optional.of(BEFORE_THE_ENDING_IS_NOTED), Optional.empty());
    play(place, killed, new Event(900, Kind.RECONCILE, 0, Optional.of(call)));
  }

  private static void play(Path place, PlannedRun run, Event... events) throws Exception {
    Plan plan =
        new Plan(
            Door.COMMAND_LINE,
            true,
            Optional.empty(),
            Disk.LARGE,
            0,
            2,
            List.of(run),
            List.of(events));
    try (Store store = new Store.Sqlite(place.resolve("registry.db"))) {
      Stage stage = new Stage(installation, place, place.resolve("home"), store, 0);
      Scenario scenario = new Scenario(plan, stage, null);
      try {
        scenario.play();
      } catch (AssertionError | Exception e) {
        scenario.end();
        throw new AssertionError(scenario.story(), e);
      }
    }
  }
}
