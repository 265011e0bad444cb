package dev.runregistry.chaos.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.runregistry.chaos.Registry;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes the disks that power cuts leave real, one after the other, lets the registry reconcile what
 * is there, as after a restart of the host, and looks whether the record is true.
 */
final class Judge {
  private static final String ANOTHER_BOOT = "00000000-0000-4000-8000-000000000000";

  private final Recording recording;
  private final PowerCuts cuts;
  private final String boot;
  private final Set<String> seen = new HashSet<>();
  private Optional<String> flaw = Optional.empty();
  private int disks;
  private int looks;

  /** Of a run that did all that was recorded but those syncs. */
  Judge(Recording recording, Predicate<Operation> skipped) throws IOException {
    this.recording = recording;
    cuts = new PowerCuts(recording.before(), recording.operations(), skipped);
    boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  int operations() {
    return cuts.operations();
  }

  int disks() {
    return disks;
  }

  int looks() {
    return looks;
  }

  /** Passes over those disks. */
  Judge without(Set<String> disks) {
    seen.addAll(disks);
    return this;
  }

  /** All disks that a run leaves that skips nothing. */
  static Set<String> disksOf(Recording recording) {
    Set<String> all = new HashSet<>();
    new PowerCuts(recording.before(), recording.operations(), sync -> false).each(all, cut -> true);
    return all;
  }

  /**
   * The first thing that is wrong; empty if nothing is.
   *
   * @param oneOf looks at one of so many disks only, and at all that are left at the end
   */
  Optional<String> firstFlaw(int oneOf) {
    cuts.each(
        seen,
        cut -> {
          disks++;
          if (disks % oneOf == 0 || cut.done() == cuts.operations()) {
            looks++;
            flaw = flaw(cut.disk(), cut.done()).map(what -> what + where(cut.done()));
          }
          return flaw.isEmpty();
        });
    return flaw;
  }

  private String where(int done) {
    return ", after " + done + " operations of " + recording.of() + ": " + cuts.last(done);
  }

  private Optional<String> flaw(Disk disk, int done) {
    try {
      Path place = Files.createTempDirectory("power-cut");
      try {
        disk.write(place, this::afterRestart);
        return flaw(place.resolve("home"), done);
      } finally {
        delete(place);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Host and file are the same, but this is another boot. */
  private byte[] afterRestart(byte[] file) {
    String text = new String(file, ISO_8859_1);
    return text.contains(boot) ? text.replace(boot, ANOTHER_BOOT).getBytes(ISO_8859_1) : file;
  }

  private Optional<String> flaw(Path home, int done) {
    try (Registry registry = Registry.onFile(home)) {
      registry.runs().adopt(); // the disk has another path than the one that was recorded
      registry.runs().adopt();
      registry.runs().queueStatus(); // can be read
      List<Run> runs = registry.onRecord();
      for (String state : List.of("active", "starting")) {
        if (!isEmpty(home.resolve("runs").resolve(state))) {
          return Optional.of("something is left in " + state);
        }
      }
      if (!isEmpty(home.resolve("runs/queued"))) {
        return registry.waiting().isEmpty()
            ? Optional.of("something that cannot be read waits in the queue")
            : flawOfWaiting(runs, done);
      }
      return runs.isEmpty() ? flawOfNothing(done) : flaw(runs, done);
    } catch (RuntimeException e) {
      return Optional.of("it cannot be reconciled: " + e + ", " + e.getCause());
    }
  }

  private Optional<String> flawOfNothing(int done) {
    if (cuts.hasStarted(done)) {
      return Optional.of("a run whose command had started is not on record");
    }
    return cuts.hasWritten(Recording.SUBMITTED, done)
        ? Optional.of("a run whose submission was answered neither waits nor is on record")
        : Optional.empty();
  }

  private Optional<String> flawOfWaiting(List<Run> runs, int done) {
    if (cuts.hasStarted(done)) {
      return Optional.of("a run whose command had started waits for its start");
    }
    if (cuts.hasWritten(Recording.CANCELLED, done)) {
      return Optional.of("a run whose cancel was answered waits for its start");
    }
    return isCertain(done) || runs.stream().anyMatch(run -> run.status().isFinal())
        ? Optional.of("a run that has ended waits for its start")
        : Optional.empty();
  }

  private Optional<String> flaw(List<Run> runs, int done) {
    Run run = runs.get(0);
    boolean lost = run.status() == RunStatus.FAILED && run.completedAt() == null;
    boolean true_ = run.status() == recording.of().ending() && hasTrueCode(run);
    if (runs.size() > 1) {
      return Optional.of("it is on record twice");
    }
    if (true_
        || (lost && !isCertain(done) && (!recording.of().isQueued() || cuts.mayStart(done)))) {
      return Optional.empty();
    }
    return Optional.of("the record says '" + run.status() + ": " + run.message() + "'");
  }

  private static boolean hasTrueCode(Run run) {
    return run.status() != RunStatus.FAILED || Integer.valueOf(7).equals(run.exitCode());
  }

  /** Whether somebody was told, or the supervisor has had its time. */
  private boolean isCertain(int done) {
    return done == cuts.operations();
  }

  private static boolean isEmpty(Path folder) {
    String[] names = folder.toFile().list();
    return names == null || names.length == 0;
  }

  private static void delete(Path place) throws IOException {
    try (Stream<Path> all = Files.walk(place)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
