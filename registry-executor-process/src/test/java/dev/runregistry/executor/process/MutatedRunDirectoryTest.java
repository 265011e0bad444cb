package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run can write into its own directory: whatever it makes of the files there, reconciling neither
 * hangs nor throws, and what is recorded is a valid ending.
 */
class MutatedRunDirectoryTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 4);
  private static final List<String> TEXTS =
      List.of(
          "",
          "\0",
          "\n",
          "-1",
          "1e999",
          "99999999999999999999",
          "null",
          "[]",
          "{\"a\":1,\"a\":2}",
          "[".repeat(2_000),
          "\ud800",
          "../../token",
          "9999-12-31T23:59:59.999999Z",
          "x".repeat(70_000));

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatever_a_run_makes_of_its_files_its_ending_is_recorded_or_it_is_set_aside(
      boolean isEndJournaled) throws IOException {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    Path original = folder.resolve("original");
    Run lost = runThatLostItsRegistry(original, isEndJournaled);
    RunId id = lost.id();
    List<String> names = names(entry(original, "active", id));
    assertThat(names).contains("run.json", "processes", "exit", "stdout.log", "output-index");
    for (String name : names) {
      for (int round = 0; round < ROUNDS; round++) {
        Path home = folder.resolve(name + "-" + round);
        copy(original, home);
        Path file = entry(home, "active", id).resolve(name);
        byte[] mutated = mutated(Files.readAllBytes(file), random);
        Files.write(file, mutated);

        requireValidEnding(home, lost, "seed %d, %s, round %d".formatted(seed, name, round));
      }
    }
  }

  private static Run runThatLostItsRegistry(Path home, boolean isEndJournaled) {
    LocalRuns runs = new LocalRuns(home);
    Run run = runs.begun(null, "sh", "-c", "echo out; echo err >&2; exit 3");
    runs.home().bind(run.id(), new DatabaseIdentity("jdbc:sqlite:/r.db", Optional.empty()));
    RunOutcome outcome =
        runs.execute(runs.executor().build(), run, Invocation.of(run.spec().command()));
    if (isEndJournaled) {
      runs.home().end(run.finish(outcome, Runs.NOON.plusSeconds(1)));
    }
    runs.home().unlock(run.id());
    return run;
  }

  private static Path entry(Path home, String state, RunId id) {
    return home.resolve("runs").resolve(state).resolve(id.toString());
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    int at = random.nextInt(bytes.length + 1);
    byte[] text = TEXTS.get(random.nextInt(TEXTS.size())).getBytes(StandardCharsets.UTF_8);
    switch (random.nextInt(4)) {
      case 0 -> {
        if (copy.length > 0) {
          copy[at % copy.length] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
      }
      case 1 -> {
        return Arrays.copyOf(copy, at);
      }
      case 2 -> {
        return replaced(copy, at, at, text);
      }
      default -> {
        return replaced(copy, at, Math.min(copy.length, at + 1 + random.nextInt(20)), text);
      }
    }
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] text) {
    byte[] result = new byte[from + text.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(text, 0, result, from, text.length);
    System.arraycopy(bytes, to, result, from + text.length, bytes.length - to);
    return result;
  }

  private static void requireValidEnding(Path place, Run lost, String what) throws IOException {
    RunId id = lost.id();
    FileRunJournal home = FileRunJournal.at(place);
    InMemoryRunRepository repository = new InMemoryRunRepository();
    RunRegistry registry =
        RunRegistry.builder()
            .repository(repository)
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(new InMemoryDatasetCatalog())
            .ids(Runs::id)
            .build();

    List<ReconciledRun> findings = new ArrayList<>(registry.adopt().findings());

    if (isOfUnknownKind(findings)) { // and reported each time: it may be of a newer registry
      return;
    }
    assertThat(findings)
        .as(what)
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.action())
                    .as("%s", finding)
                    .isIn(ReconciledRun.Action.RECORDED, ReconciledRun.Action.QUARANTINED));
    assertThat(registry.adopt().findings()).as(what).isEmpty();
    repository.find(id).ifPresent(run -> assertThat(run.status().isFinal()).as(what).isTrue());
    requireReadable(home, id, what);
  }

  /** Whether the run has made its entry one of another executor or host, or of a later format. */
  private static boolean isOfUnknownKind(List<ReconciledRun> findings) {
    return findings.size() == 1
        && (findings.get(0).message().startsWith("Its executor is not configured here: ")
            || findings.get(0).message().startsWith("Cannot be inspected from here: ")
            || findings.get(0).message().endsWith(", unknown here"));
  }

  /** What users look at later. */
  private static void requireReadable(FileRunJournal home, RunId id, String what)
      throws IOException {
    ProcessLogs logs =
        ProcessLogs.in(home.workspace(id).orElseGet(() -> home.folder().resolve("none")));
    for (LogStream stream : LogStream.values()) {
      assertThat(logs.file(stream)).as(what).isNotNull();
      assertThat(logs.notice(stream)).as(what).isNotNull();
    }
    assertThat(logs.maxBytes()).as(what).isPositive();
    Optional<OutputPieces> pieces = logs.pieces();
    if (pieces.isPresent()) {
      try (OutputPieces index = pieces.get()) {
        while (index.next().isPresent()) {
          assertThat(index).isNotNull();
        }
      }
    }
    for (RunId archived : home.archived()) {
      try {
        assertThat(home.archived(archived)).as(what).isPresent();
      } catch (JournalException e) {
        assertThat(e).as(what).hasMessageContaining("cannot be read");
      }
    }
  }
}
