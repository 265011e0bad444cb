package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.service.ReconciledRun.Action;
import dev.runregistry.run.service.Reconciliation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A registry that is stopped dead at a step, and what is on record when it all comes back. */
class KilledRegistryTest {
  @TempDir private static Path migrated;
  @TempDir private static Path restored;

  @TempDir private Path home;

  /** Migrated once for all: it is not what is looked at here, and takes longer than all else. */
  private static Jvm jvm;

  @BeforeAll
  static void archive(@TempDir Path folder) throws IOException {
    jvm = new Jvm(folder);
  }

  @BeforeAll
  static void migrate() {
    try (Registry registry = Registry.at(migrated)) {
      assertThat(registry.onRecord()).isEmpty();
    }
  }

  @BeforeEach
  void haveDatabase() throws IOException {
    Files.copy(migrated.resolve("registry.db"), home.resolve("registry.db"));
  }

  /** Writes down its own truth beside the record, so that nobody has to be believed. */
  private List<String> child() {
    return List.of(
        "sh",
        "-c",
        "date +%s.%N >>\"$1\"/began; echo hello; sleep 0.3; date +%s.%N >\"$1\"/truth; exit 7",
        "sh",
        home.toString());
  }

  private void submitAndStopAt(int moment) throws IOException, InterruptedException {
    Process registry = Jvm.start(jvm.command(home, "submit", moment, child()), home);
    assertThat(registry.waitFor(5, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void the_steps_are_those_of_a_submitted_run() throws IOException {
    Steps steps = new Steps(-1);
    try (Registry registry = Registry.at(home, steps)) {
      registry.submit(List.of("true"));
    }

    assertThat(steps.seen()).isEqualTo(Steps.OF_SUBMIT);
  }

  static IntStream moments() {
    return IntStream.range(0, 2 * Steps.OF_SUBMIT.size());
  }

  @ParameterizedTest
  @MethodSource("moments")
  void whatever_moment_a_registry_dies_the_record_is_true_and_there_is_one(int moment)
      throws IOException, InterruptedException {
    submitAndStopAt(moment);

    reconcileUntilNothingIsLeft();

    if (moment == 0) { // it had not begun
      assertThat(onRecord()).isEmpty();
      assertThat(began()).isZero();
      return;
    }
    Run run = onlyRun();
    if (began() == 0) {
      assertThat(run.status()).isEqualTo(RunStatus.FAILED);
      assertThat(run.completedAt()).isNull();
      assertThat(run.message())
          .isEqualTo("Lost: the registry was killed before it started anything");
    } else {
      assertThat(began()).isEqualTo(1);
      assertThat(run.exitCode()).isEqualTo(7);
      assertThat(run.output().stdout().text()).isEqualTo("hello\n");
      assertThat(Duration.between(truth(), run.completedAt()))
          .isBetween(Duration.ZERO, Duration.ofMinutes(2));
    }
  }

  @Test
  void a_run_whose_registry_is_killed_while_it_runs_goes_on_and_ends_as_it_did()
      throws IOException, InterruptedException {
    Process registry = Jvm.start(jvm.command(home, "submit", -1, child()), home);
    await().atMost(Duration.ofMinutes(3)).until(() -> began() == 1);
    registry.destroyForcibly().waitFor();
    try (Registry other = Registry.at(home)) {
      assertThat(other.onRecord()).extracting(Run::status).containsExactly(RunStatus.RUNNING);
    }

    await().atMost(Duration.ofMinutes(3)).until(this::isExitNoted);
    Instant before = Instant.now();
    reconcileUntilNothingIsLeft();

    assertThat(onlyRun().exitCode()).isEqualTo(7);
    assertThat(onlyRun().completedAt())
        .as("the time of its end, not that of the reconciliation")
        .isBetween(truth(), before);
  }

  @ParameterizedTest
  @MethodSource("momentsOfReconcile")
  void whatever_moment_a_reconciler_dies_the_next_one_finishes_its_work(int moment)
      throws IOException, InterruptedException {
    home = stoppedAfterExecute();
    Process first = Jvm.start(jvm.command(home, "reconcile", moment, List.of()), home);
    assertThat(first.waitFor()).isEqualTo(137);

    reconcileUntilNothingIsLeft();

    assertThat(onlyRun().exitCode()).isEqualTo(7);
  }

  /**
   * discardStaged, active, ping, tryLock, database, read, inspect, terminate, end, save, archive,
   * unlock, unrecognized.
   */
  static IntStream momentsOfReconcile() {
    return IntStream.range(0, 26);
  }

  @Test
  void many_who_reconcile_at_once_settle_each_run_once() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      submitAndStopAt(Steps.AFTER_EXECUTE);
    }
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(Jvm.start(jvm.command(home, "reconcile", -1, List.of()), home));
    }
    for (Process one : all) {
      assertThat(one.waitFor()).isZero();
    }

    reconcileUntilNothingIsLeft();

    assertThat(onRecord()).hasSize(3).extracting(Run::exitCode).containsOnly(7);
    assertThat(
            Files.readString(home.resolve("said"))
                .lines()
                .filter(line -> line.contains(" recorded ")))
        .as("each by one of them")
        .hasSize(3);
  }

  @Test
  void runs_that_end_while_others_reconcile_are_recorded_as_their_own_registry_saw_them()
      throws IOException, InterruptedException {
    Path stop = home.resolve("stop");
    List<Process> reconcilers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      reconcilers.add(Jvm.start(jvm.command(home, "reconcile-until", stop, List.of()), home));
    }
    List<Run> ended = new ArrayList<>();
    try (Registry registry = Registry.at(home)) {
      for (int code = 0; code < 25; code++) {
        ended.add(registry.submit(List.of("sh", "-c", "echo $1; exit $1", "sh", "" + code)));
      }
    }
    Files.createFile(stop);
    for (Process reconciler : reconcilers) {
      assertThat(reconciler.waitFor()).isZero();
    }

    assertThat(onRecord()).containsExactlyInAnyOrderElementsOf(ended);
    assertThat(ended)
        .extracting(Run::exitCode)
        .containsExactlyElementsOf(IntStream.range(0, 25).boxed().toList());
  }

  @Test
  void what_ran_while_the_database_was_away_is_recorded_when_it_is_back() throws IOException {
    Files.deleteIfExists(home.resolve("registry.db"));
    Path inTheWay = Files.createDirectory(home.resolve("registry.db"));
    Run run;
    try (Registry away = Registry.at(home)) {
      run = away.submit(List.of("sh", "-c", "echo hello; exit 4"));
      Reconciliation first = away.runs().reconcile();
      assertThat(first.count(Action.DEFERRED)).isEqualTo(1);
      assertThat(first.isIncomplete()).isTrue();
    }
    Files.delete(inTheWay);

    try (Registry back = Registry.at(home)) {
      assertThat(back.runs().reconcile().count(Action.RECORDED)).isEqualTo(1);
      assertThat(back.runs().reconcile().findings()).isEmpty();
      assertThat(back.onRecord()).containsExactly(run);
    }
  }

  /**
   * Returns a home whose registry has died after the child ended and before its ending is noted:
   * made once, and each time as it was then, at the same path, which the journal names.
   */
  private Path stoppedAfterExecute() throws IOException, InterruptedException {
    Path stopped = restored.resolve("home");
    Path kept = restored.resolve("kept");
    if (Files.exists(kept)) {
      delete(stopped);
      copy(kept, stopped);
    } else {
      copy(home, stopped);
      home = stopped;
      submitAndStopAt(Steps.AFTER_EXECUTE);
      await().atMost(Duration.ofMinutes(3)).until(this::isExitNoted);
      copy(stopped, kept);
    }
    return stopped;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private boolean isExitNoted() throws IOException {
    try (Stream<Path> active = Files.list(home.resolve("runs/active"))) {
      return active.allMatch(run -> Files.exists(run.resolve("exit")));
    }
  }

  private void reconcileUntilNothingIsLeft() {
    try (Registry registry = Registry.at(home)) {
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> registry.runs().reconcile().findings().isEmpty());
      assertThat(registry.home().activeRuns()).isZero();
    }
  }

  private List<Run> onRecord() {
    try (Registry registry = Registry.at(home)) {
      return registry.onRecord();
    }
  }

  private Run onlyRun() {
    List<Run> runs = onRecord();
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).status().isFinal()).isTrue();
    assertThat(home.resolve("runs/done").resolve(runs.get(0).id().toString())).isDirectory();
    return runs.get(0);
  }

  private long began() {
    return lines("began").map(Stream::count).orElse(0L);
  }

  private Instant truth() {
    String[] time = lines("truth").flatMap(Stream::findFirst).orElseThrow().split("\\.", 2);
    return Instant.ofEpochSecond(Long.parseLong(time[0]), Long.parseLong(time[1]))
        .minusMillis(20); // a file's time comes from the kernel's coarse clock
  }

  private Optional<Stream<String>> lines(String file) {
    try {
      Path path = home.resolve(file);
      return Files.exists(path) ? Optional.of(Files.readString(path).lines()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
