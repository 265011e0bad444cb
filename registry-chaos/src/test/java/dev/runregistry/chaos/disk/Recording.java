package dev.runregistry.chaos.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.chaos.Installation;
import dev.runregistry.chaos.Registry;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that was done to the disk while one run was carried out.
 *
 * @param of what was carried out
 * @param before what was there before
 * @param operations in the order in which they were done
 */
record Recording(Of of, Disk before, List<Operation> operations) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String AWAY = "jdbc:postgresql://127.0.0.1:1/none";

  /** What there is to record. Without a database all depends on the journal. */
  enum Of {
    A_RUN(RunStatus.FAILED),
    A_RUN_WITHOUT_DATABASE(RunStatus.FAILED),
    A_TIMEOUT_WITHOUT_DATABASE(RunStatus.TIMEOUT),
    A_RUN_WHOSE_REGISTRY_IS_KILLED(RunStatus.FAILED),
    A_RUN_WHOSE_REGISTRY_IS_KILLED_AND_NOT_REAPED(RunStatus.FAILED),
    A_RECONCILER_WITHOUT_DATABASE(RunStatus.FAILED),
    A_RECONCILER_THAT_ENDS_A_RUN_OVER_ITS_LIMIT(RunStatus.TIMEOUT);

    private final RunStatus ending;

    Of(RunStatus ending) {
      this.ending = ending;
    }

    /** How it really ended. */
    RunStatus ending() {
      return ending;
    }

    boolean killsTheRegistry() {
      return compareTo(A_RUN_WHOSE_REGISTRY_IS_KILLED) >= 0;
    }
  }

  static Recording of(Of of, Installation installation, Path place) throws IOException {
    Path root = Files.createDirectories(place.resolve("root"));
    Files.createDirectories(root.resolve("truth"));
    try (Registry registry = Registry.onFile(Files.createDirectories(root.resolve("home")))) {
      assertThat(registry.onRecord()).isEmpty(); // its tables are made before
    }
    Disk before = Disk.of(root);
    Path traces = Files.createDirectories(place.resolve("traces"));
    new Play(of, installation, root, traces).play();
    return new Recording(of, before, Trace.read(traces, root, before));
  }

  /** What is carried out. */
  private record Play(Of of, Installation installation, Path root, Path traces) {

    void play() throws IOException {
      Process run = start("run", unreaped(installation.launcher(command())));
      if (of.killsTheRegistry()) {
        await().atMost(PATIENCE).until(this::hasBegun);
        kill(registryOf(run));
      }
      if (of == Of.A_RECONCILER_THAT_ENDS_A_RUN_OVER_ITS_LIMIT) {
        await().atMost(PATIENCE).until(() -> ends(start("reconcile", reconcile())));
      }
      Files.createFile(root.resolve("go"));
      run.onExit().join();
      if (of == Of.A_RECONCILER_WITHOUT_DATABASE) {
        start("reconcile", reconcile()).onExit().join();
      }
    }

    /** Whether the look has found the run at its end. */
    private boolean ends(Process reconciler) throws IOException {
      reconciler.onExit().join();
      return Files.readString(root.resolveSibling("reconcile")).contains("Timed out");
    }

    private boolean hasBegun() throws IOException {
      try (Stream<Path> files = Files.list(root.resolve("truth"))) {
        return files.findAny().isPresent();
      }
    }

    private List<String> command() {
      boolean limited = of.ending() == RunStatus.TIMEOUT;
      List<String> words = new ArrayList<>(List.of("run", "--kill-after", "200ms"));
      words.addAll(limited ? List.of("--timeout", "1s", "--") : List.of("--"));
      String wait = of.killsTheRegistry() ? "until [ -e \"$0/go\" ]; do sleep 0.1; done; " : "";
      words.addAll(
          List.of(
              "/bin/sh",
              "-c",
              "echo >\"$0/truth/$RUN_REGISTRY_RUN_ID.began\"; echo hello; "
                  + (limited ? "sleep 100; " : wait)
                  + "exit 7",
              root.toString()));
      return words;
    }

    private List<String> reconcile() {
      return installation.launcher(List.of("reconcile"));
    }

    /** A parent that does not look at its child. */
    private List<String> unreaped(List<String> command) {
      if (of != Of.A_RUN_WHOSE_REGISTRY_IS_KILLED_AND_NOT_REAPED) {
        return command;
      }
      List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\" & exec sleep 3", "sh"));
      words.addAll(command);
      return words;
    }

    private static ProcessHandle registryOf(Process tracer) {
      return tracer
          .descendants()
          .filter(process -> process.info().command().orElse("").endsWith("/java"))
          .findFirst()
          .orElseThrow();
    }

    /** Returns when its children have another parent. */
    private static void kill(ProcessHandle registry) {
      List<ProcessHandle> children = registry.children().toList();
      registry.destroyForcibly();
      await()
          .atMost(PATIENCE)
          .until(() -> children.stream().noneMatch(child -> isChildOf(child, registry)));
    }

    private static boolean isChildOf(ProcessHandle child, ProcessHandle parent) {
      return child.parent().filter(parent::equals).isPresent();
    }

    private Process start(String name, List<String> words) throws IOException {
      List<String> traced = new ArrayList<>(Trace.tracer(traces.resolve(name)));
      traced.addAll(words);
      ProcessBuilder builder = new ProcessBuilder(traced);
      builder.environment().putAll(installation.environment());
      builder.environment().put("REGISTRY_HOME", root.resolve("home").toString());
      if (of != Of.A_RUN && of != Of.A_RUN_WHOSE_REGISTRY_IS_KILLED) {
        builder.environment().put("REGISTRY_DB", AWAY);
      }
      return builder
          .redirectErrorStream(true)
          .redirectOutput(root.resolveSibling(name).toFile())
          .start();
    }
  }
}
