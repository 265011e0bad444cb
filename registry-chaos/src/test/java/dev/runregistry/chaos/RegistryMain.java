package dev.runregistry.chaos;

import dev.runregistry.run.Run;
import dev.runregistry.run.service.ReconciledRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A registry in a process of its own, which can be killed. */
public final class RegistryMain {
  /** The variable with the time limit of what is submitted, in milliseconds. */
  static final String LIMIT = "CHAOS_LIMIT_MS";

  private RegistryMain() {}

  /**
   * {@code HOME submit MOMENT COMMAND…} submits once and stops dead at that moment; {@code HOME
   * reconcile MOMENT} reconciles once, {@code HOME reconcile-until FILE} until that file is there.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<String> rest = List.of(args).subList(3, args.length);
    switch (args[1]) {
      case "submit" -> submit(folder, Integer.parseInt(args[2]), rest);
      case "reconcile" -> reconcile(folder, Integer.parseInt(args[2]));
      case "reconcile-until" -> reconcileUntil(folder, Path.of(args[2]));
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  private static void submit(Path folder, int moment, List<String> command) {
    try (Registry registry = Registry.at(folder, new Steps(moment))) {
      String limit = System.getenv(LIMIT);
      Run run =
          registry.submit(limit == null ? null : Duration.ofMillis(Long.parseLong(limit)), command);
      System.out.printf(
          "{\"run_id\":\"%s\",\"status\":\"%s\",\"exit_code\":%s}%n",
          run.id(), run.status().text(), run.exitCode());
    }
  }

  private static void reconcile(Path folder, int moment) {
    try (Registry registry = Registry.at(folder, new Steps(moment))) {
      registry.runs().reconcile().findings().forEach(RegistryMain::print);
    }
  }

  private static void reconcileUntil(Path folder, Path file) {
    try (Registry registry = Registry.at(folder)) {
      do {
        registry.runs().reconcile().findings().forEach(RegistryMain::print);
      } while (!Files.exists(file));
    }
  }

  private static void print(ReconciledRun finding) {
    System.out.println(finding.name() + " " + finding.action().text() + " " + finding.message());
  }
}
