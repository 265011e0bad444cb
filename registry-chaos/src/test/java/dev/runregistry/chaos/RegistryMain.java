package dev.runregistry.chaos;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.ReconciledRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A registry in a process of its own, which can be killed. */
public final class RegistryMain {
  /** The variable with the time limit of what is submitted, in milliseconds. */
  static final String LIMIT = "CHAOS_LIMIT_MS";

  /** The variable with the priority of what is enqueued. */
  static final String PRIORITY = "CHAOS_PRIORITY";

  /** The variable with the number of slots of the queue. */
  public static final String SLOTS = "CHAOS_SLOTS";

  /**
   * The variable with the folder of the runs that a dispatcher is to cancel: their ids are names.
   */
  public static final String CANCELS = "CHAOS_CANCELS";

  private RegistryMain() {}

  /**
   * {@code HOME submit MOMENT COMMAND…} submits once and stops dead at that moment; {@code HOME
   * enqueue MOMENT COMMAND…} enqueues it and starts what waits, {@code HOME dispatch MOMENT} only
   * that; {@code HOME reconcile MOMENT} reconciles once, {@code HOME reconcile-until FILE} until
   * that file is there.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<String> rest = List.of(args).subList(3, args.length);
    switch (args[1]) {
      case "submit" -> submit(folder, Steps.until(args[2]), rest);
      case "enqueue" -> enqueue(folder, Steps.until(args[2]), rest);
      case "dispatch" -> dispatch(folder, Steps.until(args[2]));
      case "reconcile" -> reconcile(folder, Steps.until(args[2]));
      case "reconcile-until" -> reconcileUntil(folder, Path.of(args[2]));
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  private static void submit(Path folder, Steps steps, List<String> command) {
    try (Registry registry = Registry.at(folder, steps)) {
      Run run = registry.submit(limit(), command);
      System.out.printf(
          "{\"run_id\":\"%s\",\"status\":\"%s\",\"exit_code\":%s}%n",
          run.id(), run.status().text(), run.exitCode());
    }
  }

  private static @Nullable Duration limit() {
    String limit = System.getenv(LIMIT);
    return limit == null ? null : Duration.ofMillis(Long.parseLong(limit));
  }

  private static void enqueue(Path folder, Steps steps, List<String> command) {
    try (Registry registry = Registry.dispatching(folder, steps)) {
      int priority = Integer.parseInt(System.getenv(PRIORITY));
      System.out.println(registry.enqueue(limit(), priority, command).id());
      dispatch(registry);
    }
  }

  private static void dispatch(Path folder, Steps steps) {
    try (Registry registry = Registry.dispatching(folder, steps)) {
      dispatch(registry);
    }
  }

  private static void dispatch(Registry registry) {
    Thread cancelling = new Thread(() -> cancel(registry), "cancel");
    cancelling.setDaemon(true);
    cancelling.start();
    registry.dispatch(Integer.parseInt(System.getenv(SLOTS)));
  }

  /**
   * Cancels the runs that it is told to, and prints the answers as {@code registry cancel} does.
   */
  private static void cancel(Registry registry) {
    Path folder = Path.of(System.getenv(CANCELS));
    Set<String> done = new HashSet<>();
    while (true) {
      for (String id : requireNonNull(folder.toFile().list())) {
        if (!done.contains(id)) {
          try {
            CancelResult result = registry.runs().cancel(RunId.parse(id), "its owner");
            if (result.isRequested()) {
              System.out.println("run " + id + ": cancellation requested");
            } else if (result.status() != null) {
              System.out.println("run " + id + " has already finished: " + result.status().text());
            }
            done.add(id);
          } catch (RegistryException e) { // tried again
            System.err.println(e.getMessage());
          }
        }
      }
      Scenario.pause(50);
    }
  }

  private static void reconcile(Path folder, Steps steps) {
    try (Registry registry = Registry.at(folder, steps)) {
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
