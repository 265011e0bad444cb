package dev.runregistry.chaos.model;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs as short codes, so that states are small and quickly compared. */
final class Notes {
  static final String RUNNING = "Running";

  private static final Map<String, Run> RUNS = new ConcurrentHashMap<>();

  private Notes() {}

  static String code(Run run) {
    String code = run.message() + " at " + run.completedAt();
    RUNS.putIfAbsent(code, run);
    return code;
  }

  static Run run(String code) {
    return requireNonNull(RUNS.get(code), code);
  }
}
