package dev.runregistry.chaos.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.Installation;
import dev.runregistry.chaos.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real runs of the shipped program, and the power cut at any moment of them. */
@Timeout(1800)
@TestInstance(Lifecycle.PER_CLASS)
class PowerCutIT {
  private static final boolean LONG = Integer.getInteger("chaos.scenarios", 0) > 50;
  private static final int THREADS = 3;

  /**
   * The content of {@code timed-out} is not read; {@code processes} has an exit code only if a disk
   * was full; a slot is free after a power cut, whatever its file has; a home whose identifier is
   * empty takes a new one.
   */
  private static final Set<String> NOT_NEEDED =
      Set.of(
          "home/home-id.ID.tmp",
          "home/runs/active/ID/timed-out.tmp",
          "home/runs/active/ID/processes",
          "home/runs/slots",
          "home/runs/slots/ID.tmp");

  /** Those of the short form. */
  private static final List<String> SOME =
      List.of(
          "home",
          "home/runs/starting/ID-ID",
          "home/runs/active/ID/cancelled.tmp",
          "home/runs/queued/ID/outcome.json.tmp");

  private final Map<String, Recording> recordings = new LinkedHashMap<>();
  private final Map<String, Set<String>> disks = new ConcurrentHashMap<>();

  @BeforeAll
  void record(@TempDir Path folder) throws IOException {
    Tools.need();
    Installation installation = new Installation(folder.resolve("cache"), false);
    List<Recording> all =
        atOnce(
            List.of(Recording.Of.values()),
            of -> Recording.of(of, installation, folder.resolve(of.name())));
    all.forEach(recording -> recordings.put(recording.of().name(), recording));
  }

  /** What is done with one of them. */
  private interface Task<T, R> {
    R apply(T one) throws IOException;
  }

  /** Does it with all, some at the same time; returns the results in their order. */
  private static <T, R> List<R> atOnce(List<T> all, Task<T, R> task) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<R>> results =
          all.stream().map(one -> threads.submit(() -> task.apply(one))).toList();
      List<R> done = new ArrayList<>();
      for (Future<R> result : results) {
        done.add(result.get());
      }
      return done;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whenever_the_power_is_cut_the_record_becomes_true() {
    List<String> flaws =
        atOnce(
            List.copyOf(recordings.values()),
            recording -> {
              Judge judge = new Judge(recording, sync -> false);
              String flaw =
                  judge
                      .firstFlaw(LONG ? 1 : 150)
                      .map(what -> recording.of() + ": " + what)
                      .orElse("");
              System.out.printf(
                  "power cuts during %s: %d operations, %d disks, %d looked at%n",
                  recording.of(), judge.operations(), judge.disks(), judge.looks());
              return flaw;
            });

    assertThat(flaws).hasSize(Recording.Of.values().length).containsOnly("");
  }

  /** A registry that does not do it is one whose recording does not have it. */
  @Test
  void each_sync_is_needed() {
    Set<String> all = syncs();
    assertThat(all).containsAll(NOT_NEEDED).containsAll(SOME);
    List<String> some = LONG ? List.copyOf(all) : SOME;
    Set<String> unneeded = new TreeSet<>();
    List<Optional<String>> flaws =
        atOnce(some, sync -> flawWithout(one -> one.path().equals(sync)));
    for (String sync : some) {
      Optional<String> flaw = flaws.get(some.indexOf(sync));
      System.out.println("without the sync of " + sync + ": " + flaw.orElse("nothing is lost"));
      if (flaw.isEmpty()) {
        unneeded.add(sync);
      }
    }
    Set<String> expected = new TreeSet<>(NOT_NEEDED);
    expected.retainAll(some);
    assertThat(unneeded).isEqualTo(expected);
  }

  private Set<String> syncs() {
    Set<String> all = new TreeSet<>();
    for (Recording recording : recordings.values()) {
      recording.operations().stream()
          .filter(operation -> operation.isSync() && !operation.path().contains("registry.db"))
          .map(Operation::path)
          .forEach(all::add);
    }
    return all;
  }

  private Optional<String> flawWithout(Predicate<Operation> skipped) throws IOException {
    for (Map.Entry<String, Recording> named : recordings.entrySet()) {
      Recording recording = named.getValue();
      Set<String> usual = disks.computeIfAbsent(named.getKey(), of -> Judge.disksOf(recording));
      Optional<String> flaw = new Judge(recording, skipped).without(usual).firstFlaw(1);
      if (flaw.isPresent()) {
        return flaw;
      }
    }
    return Optional.empty();
  }
}
