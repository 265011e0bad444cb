package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Some runs at once, something that is killed or taken away, and then everything comes back: drawn
 * from a seed. Each child writes down its own truth, with the run's id, in files of its own.
 */
final class Scenario {
  private static final int MOMENTS = 16; // of a submitted run, and two in which nothing happens
  private static final String CHILD =
      "echo $$ >\"$1/$RUN_REGISTRY_RUN_ID.began\"; echo hello; sleep $2;"
          + " echo $3 >\"$1/$RUN_REGISTRY_RUN_ID.ended\"; exit $3";

  private final Random random;
  private final Path home;
  private final Path truth;
  private final Store store;
  private final List<Process> registries = new ArrayList<>();
  private final Map<RunId, Run> seen = new HashMap<>();
  private final StringBuilder story = new StringBuilder();
  private boolean limited;
  private boolean processesKilled;

  Scenario(long seed, Path folder, Store store) throws IOException {
    random = new Random(seed);
    home = Files.createDirectories(folder);
    truth = Files.createDirectories(folder.resolve("truth"));
    this.store = store;
  }

  /** What happened, for whoever has to find out why. */
  String story() {
    return story.toString();
  }

  void play() throws Exception {
    boolean away = random.nextInt(3) == 0;
    if (away) {
      store.takeAway();
      tell("the database is away");
    }
    submitSome();
    for (int i = random.nextInt(3); i > 0; i--) {
      pause(random.nextInt(700));
      somethingHappens();
    }
    pause(random.nextInt(500));
    if (away) {
      store.bringBack();
      tell("the database is back");
    }
    settle();
    judge();
  }

  private void submitSome() throws IOException {
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      String sleep = List.of("0", "0.1", "0.5", "1.5").get(random.nextInt(4));
      List<String> child =
          List.of("sh", "-c", CHILD, "sh", truth.toString(), sleep, "" + random.nextInt(256));
      int moment = random.nextInt(MOMENTS) + (random.nextBoolean() ? 0 : MOMENTS);
      Map<String, String> variables = new HashMap<>();
      if (random.nextInt(4) == 0) {
        limited = true;
        variables.put(RegistryMain.LIMIT, "400");
      }
      tell("submit, stop at " + moment + ", " + variables + ", " + child.subList(5, 7));
      start("submit", moment, child, variables);
    }
  }

  private void start(String action, int moment, List<String> rest, Map<String, String> variables)
      throws IOException {
    ProcessBuilder registry = new ProcessBuilder(Jvm.command(home, action, moment, rest));
    registry.environment().putAll(variables);
    registry.environment().put(Registry.DATABASE, store.config().url());
    registry.redirectErrorStream(true);
    registry.redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("said").toFile()));
    registries.add(registry.start());
  }

  private void somethingHappens() throws IOException {
    switch (random.nextInt(5)) {
      case 0 -> {
        Process registry = registries.get(random.nextInt(registries.size()));
        tell("kill the registry " + registry.pid());
        registry.destroyForcibly();
      }
      case 1 -> kill("supervisor");
      case 2 -> kill("child");
      case 3 -> {
        tell("kill all");
        registries.forEach(Process::destroyForcibly);
        kill("supervisor");
        kill("child");
      }
      default -> {
        int moment = random.nextInt(30);
        tell("reconcile, stop at " + moment);
        start("reconcile", moment, List.of(), Map.of());
      }
    }
  }

  /** Kills one of those that are noted, if it is still that one. */
  private void kill(String who) throws IOException {
    try (Stream<Path> runs = list(home.resolve("runs/active"))) {
      for (Path run : runs.sorted().toList()) {
        pidOf(who, run)
            .filter(pid -> carries(pid, String.valueOf(run.getFileName())))
            .flatMap(ProcessHandle::of)
            .ifPresent(
                process -> {
                  tell("kill the " + who + " " + process.pid());
                  processesKilled = true;
                  process.destroyForcibly();
                });
      }
    }
  }

  private static Optional<Long> pidOf(String who, Path run) {
    try {
      return Files.readString(run.resolve("processes"))
          .lines()
          .map(line -> line.split(" ", 3))
          .filter(words -> words.length == 3 && words[0].equals(who))
          .map(words -> Long.parseLong(words[1]))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // nothing was started, or it is settled
    }
  }

  private static boolean carries(long pid, String id) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1)
          .contains("RUN_REGISTRY_RUN_ID=" + id);
    } catch (IOException e) {
      return false;
    }
  }

  private void settle() throws InterruptedException {
    for (Process registry : registries) {
      registry.waitFor();
    }
    try (Registry registry = Registry.at(home, store.config(), new Steps(-1))) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                boolean done = registry.runs().reconcile().findings().isEmpty();
                remember(registry);
                return done;
              });
      remember(registry);
    }
  }

  /** What was final once must never look different. */
  private void remember(Registry registry) {
    for (Path run : folders()) {
      RunId id = RunId.parse(String.valueOf(run.getFileName()));
      registry
          .runs()
          .find(id)
          .filter(found -> found.status().isFinal())
          .ifPresent(
              found -> {
                Run before = seen.putIfAbsent(id, found);
                assertThat(before == null ? found : before).isEqualTo(found);
              });
    }
  }

  private List<Path> folders() {
    try (Stream<Path> active = list(home.resolve("runs/active"));
        Stream<Path> done = list(home.resolve("runs/done"))) {
      return Stream.concat(active, done).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void judge() throws IOException {
    assertThat(list(home.resolve("runs/active"))).isEmpty();
    assertThat(list(home.resolve("runs/damaged"))).isEmpty();
    try (Stream<Path> began = list(truth)) {
      for (Path file : began.toList()) { // whose child started
        String id = String.valueOf(file.getFileName()).replaceFirst("\\..*", "");
        assertThat(seen).as("a run whose child started is on record").containsKey(RunId.parse(id));
      }
    }
    for (Path run : folders()) {
      Run recorded = seen.get(RunId.parse(String.valueOf(run.getFileName())));
      assertThat(recorded).as("whatever has a folder is on record").isNotNull();
      judge(recorded);
    }
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      assertThat(
              all.filter(
                  process ->
                      seen.keySet().stream().anyMatch(id -> carries(process.pid(), id.toString()))))
          .as("processes of ours that are left")
          .isEmpty();
    }
  }

  private void judge(Run recorded) throws IOException {
    Optional<String> ended = read(truth.resolve(recorded.id() + ".ended"));
    boolean began = Files.exists(truth.resolve(recorded.id() + ".began"));
    if (recorded.status() == RunStatus.TIMEOUT) {
      assertThat(limited).as("has a limit: " + recorded).isTrue();
    } else if (recorded.completedAt() == null) { // lost
      assertThat(processesKilled || !began).as("is lost: " + recorded).isTrue();
    } else if (ended.isPresent() && !processesKilled) {
      assertThat(recorded.exitCode()).isEqualTo(Integer.parseInt(ended.get().strip()));
    } else if (ended.isPresent()) {
      assertThat(recorded.exitCode()).isIn(Integer.parseInt(ended.get().strip()), 137);
    } else {
      assertThat(recorded.exitCode()).as("was killed: " + recorded).isIn(137, 143);
    }
  }

  private static Optional<String> read(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.of(Files.readString(file)).filter(text -> text.endsWith("\n"))
        : Optional.empty();
  }

  private static Stream<Path> list(Path folder) throws IOException {
    return Files.isDirectory(folder) ? Files.list(folder) : Stream.empty();
  }

  private void tell(String what) {
    story.append("\n  ").append(what);
  }

  private static void pause(int millis) { // when it happens is part of the scenario
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
