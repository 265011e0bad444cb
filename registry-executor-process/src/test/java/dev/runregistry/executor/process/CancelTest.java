package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user cancels runs of real processes, in a real home. */
@Timeout(600)
class CancelTest {
  private static final int RUNS = Integer.getInteger("cancel.runs", 100);
  private static final long SEED = Long.getLong("cancel.seed", 16);
  private static final int AT_ONCE = 4;
  private static final int LONGEST_MILLIS = 400;
  private static final Duration GRACE = Duration.ofMillis(200);
  private static final Duration PROMISED = GRACE.plusSeconds(1);

  /** Leaves its session and ignores TERM, below a shell that ends after a while. */
  private static final String TREE =
      "(setsid sh -c 'trap \"\" TERM; sleep 1000; :' x \"$0\" &);"
          + " sh -c 'trap \"\" TERM; sleep 1000; :' x \"$0\" &"
          + " echo up; sleep \"$1\"; echo done; exit 0";

  @TempDir private Path folder;
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();

  private RunRegistry registry() {
    return RunRegistry.builder()
        .repository(repository)
        .journal(FileRunJournal.at(folder))
        .executor(LocalRunExecutor.builder().killGrace(GRACE).build())
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .build();
  }

  private static RunRequest command(String... words) {
    return RunRequest.command(DatasetKey.NONE, "none", List.of(words));
  }

  private void awaitUp(RunId id) {
    Workspace workspace = LocalRuns.workspace(FileRunJournal.at(folder), id);
    LocalRuns.await(() -> LocalRuns.contains(workspace.log(LogStream.STDOUT), "up"));
  }

  @Test
  void a_run_that_is_cancelled_from_elsewhere_on_its_host_ends_with_all_its_processes() {
    String mark = UUID.randomUUID().toString();
    RunRegistry owner = registry();
    RunId id = owner.newId();
    CompletableFuture<Run> run =
        CompletableFuture.supplyAsync(
            () -> owner.submit(id, command("sh", "-c", TREE, mark, "1000")));
    awaitUp(id);

    assertThat(registry().cancel(id, "ann").isRequested()).isTrue();

    assertThat(run.join().message()).isEqualTo("Cancelled by ann");
    assertThat(repository.find(id).map(Run::reason)).contains(RunReason.CANCELLED);
    assertThat(run.join().output().stdout().text()).isEqualTo("up\n");
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @Test
  void a_request_whose_owner_is_killed_is_carried_out_by_recovery()
      throws IOException, InterruptedException {
    String mark = UUID.randomUUID().toString();
    Process owner = RegistryProcess.builder(folder, "sh", "-c", TREE, mark, "1000").start();
    RunId id = RunId.parse(RegistryProcess.onlyRun(folder).path().getFileName().toString());
    awaitUp(id);
    assertThat(registry().cancel(id, "ann").isRequested()).isTrue();

    owner.destroyForcibly().waitFor();
    registry().reconcile();

    assertThat(repository.find(id).map(Run::message)).contains("Cancelled by ann");
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @Test
  void a_run_whose_owner_is_dead_can_be_cancelled() throws IOException, InterruptedException {
    String mark = UUID.randomUUID().toString();
    Process owner = RegistryProcess.builder(folder, "sh", "-c", TREE, mark, "1000").start();
    RunId id = RunId.parse(RegistryProcess.onlyRun(folder).path().getFileName().toString());
    awaitUp(id);
    owner.destroyForcibly().waitFor();

    RunRegistry registry = registry();
    assertThat(registry.cancel(id, "ann").isRequested()).isTrue();
    registry.reconcile();

    assertThat(repository.find(id).map(Run::status)).contains(RunStatus.CANCELLED);
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @Test
  void whenever_a_run_is_cancelled_its_tree_is_gone_and_its_record_is_what_happened() {
    Random random = new Random(SEED);
    RunRegistry registry = registry();
    for (int first = 0; first < RUNS; first += AT_ONCE) {
      List<CompletableFuture<Void>> some =
          IntStream.range(0, AT_ONCE)
              .mapToObj(
                  number -> List.of(random.nextInt(LONGEST_MILLIS), random.nextInt(LONGEST_MILLIS)))
              .map(
                  times ->
                      CompletableFuture.runAsync(
                          () -> cancelOne(registry, times.get(0), times.get(1))))
              .toList();
      some.forEach(CompletableFuture::join);
    }
    System.out.printf("cancel: %d runs from seed %d: %s%n", RUNS, SEED, counts);
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void cancelOne(RunRegistry registry, int endMillis, int cancelMillis) {
    String mark = UUID.randomUUID().toString();
    RunId id = registry.newId();
    CompletableFuture<Run> run = new CompletableFuture<>();
    String seconds = "0." + String.format("%03d", endMillis);
    new Thread(() -> run.complete(registry.submit(id, command("sh", "-c", TREE, mark, seconds))))
        .start();
    LockSupport.parkNanos(Duration.ofMillis(cancelMillis).toNanos());
    long from = System.nanoTime();
    boolean requested = registry.cancel(id, "ann").isRequested();

    Run ended = run.join();
    Duration passed = Duration.ofNanos(System.nanoTime() - from);
    List<Long> left = LocalRuns.alive(mark);
    assertThat(left).allSatisfy(pid -> assertThat(ended.message()).contains(pid + " ("));
    assertThat(repository.find(id)).contains(ended);
    String printed = ended.output().stdout().text();
    if (ended.status() == RunStatus.CANCELLED) {
      assertThat(requested).isTrue();
      assertThat(ended.message()).startsWith("Cancelled by ann");
      assertThat(left.isEmpty()).isEqualTo(ended.message().equals("Cancelled by ann"));
      assertThat("up\ndone\n").startsWith(printed);
      count(
          !left.isEmpty()
              ? "survivors named"
              : passed.compareTo(PROMISED) <= 0 ? "gone within grace + 1 s" : "gone later");
    } else {
      assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
      assertThat(printed).isEqualTo("up\ndone\n");
      count(requested ? "ended by itself after the request" : "ended before the request");
    }
  }
}
