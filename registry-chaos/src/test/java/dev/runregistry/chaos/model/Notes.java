package dev.runregistry.chaos.model;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs as short codes, so that states are small and quickly compared. */
final class Notes {
  private static final Map<Key, Run> RUNS = new ConcurrentHashMap<>();

  private Notes() {}

  private record Key(RunId id, String code) {}

  static String code(Run run) {
    String code = run.message() + " at " + run.completedAt();
    RUNS.putIfAbsent(new Key(run.id(), code), run);
    return code;
  }

  static boolean isActive(String code) {
    return isRunning(code) || code.startsWith("Waiting");
  }

  static boolean isRunning(String code) {
    return code.startsWith("Running");
  }

  static Run run(RunId id, String code) {
    return requireNonNull(RUNS.get(new Key(id, code)), code);
  }
}
