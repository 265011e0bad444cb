package dev.runregistry.chaos.disk;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.chaos.Installation;
import dev.runregistry.chaos.Registry;
import dev.runregistry.chaos.RegistryMain;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that was done to the disk while one run was carried out.
 *
 * @param of what was carried out
 * @param before what was there before
 * @param operations in the order in which they were done
 */
record Recording(Of of, Disk before, List<Operation> operations) {
  /** What {@code registry submit} has printed. */
  static final String SUBMITTED = "truth/submitted";

  /** What {@code registry cancel} has printed. */
  static final String CANCELLED = "truth/cancelled";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String AWAY = "jdbc:postgresql://127.0.0.1:1/none";

  /** What there is to record. Without a database all depends on the journal. */
  enum Of {
    A_RUN(RunStatus.FAILED),
    A_RUN_WITHOUT_DATABASE(RunStatus.FAILED),
    A_TIMEOUT_WITHOUT_DATABASE(RunStatus.TIMEOUT),
    A_CANCELLED_RUN_WITHOUT_DATABASE(RunStatus.CANCELLED),
    A_QUEUED_RUN(RunStatus.FAILED),
    A_QUEUED_RUN_WITHOUT_DATABASE(RunStatus.FAILED),
    A_QUEUED_RUN_WHOSE_DISPATCHER_IS_KILLED(RunStatus.FAILED),
    A_CANCELLED_QUEUED_RUN(RunStatus.CANCELLED),
    A_CANCELLED_QUEUED_RUN_WHOSE_DISPATCHER_IS_KILLED(RunStatus.CANCELLED),
    A_RUN_WHOSE_REGISTRY_IS_KILLED(RunStatus.FAILED),
    A_RUN_WHOSE_REGISTRY_IS_KILLED_AND_NOT_REAPED(RunStatus.FAILED),
    A_RECONCILER_WITHOUT_DATABASE(RunStatus.FAILED),
    A_RECONCILER_THAT_ENDS_A_RUN_OVER_ITS_LIMIT(RunStatus.TIMEOUT),
    A_RECONCILER_THAT_ENDS_A_CANCELLED_RUN(RunStatus.CANCELLED);

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

    boolean isQueued() {
      return compareTo(A_QUEUED_RUN) >= 0 && !killsTheRegistry();
    }

    private boolean isCancelled() {
      return ending == RunStatus.CANCELLED;
    }

    private boolean killsTheDispatcher() {
      return this == A_QUEUED_RUN_WHOSE_DISPATCHER_IS_KILLED
          || this == A_CANCELLED_QUEUED_RUN_WHOSE_DISPATCHER_IS_KILLED;
    }

    private boolean hasDatabase() {
      return this == A_RUN || this == A_RUN_WHOSE_REGISTRY_IS_KILLED || this == A_QUEUED_RUN;
    }
  }

  static Recording of(Of of, Installation installation, Path place) throws IOException {
    Path root = Files.createDirectories(place.resolve("root"));
    Files.createDirectories(root.resolve("truth"));
    Files.createFile(root.resolve(SUBMITTED));
    Files.createFile(root.resolve(CANCELLED));
    try (Registry registry = Registry.onFile(Files.createDirectories(root.resolve("home")))) {
      assertThat(registry.onRecord()).isEmpty(); // its tables are made before
    }
    Path traces = Files.createDirectories(place.resolve("traces"));
    Play play = new Play(of, installation, root, traces);
    Disk before;
    if (of.isQueued()) {
      FileQueueControl queue = FileQueueControl.of(FileRunJournal.at(root.resolve("home")));
      assertThat(queue.tryLock()).isTrue();
      queue.unlock();
      before = Disk.of(root); // reads the lock file, at the end of which a lock would be lost
      assertThat(queue.tryLock()).as("so that a submission starts no dispatcher").isTrue();
      play.submit();
      queue.unlock();
      play.playQueued();
    } else {
      before = Disk.of(root);
      play.play();
    }
    return new Recording(of, before, Trace.read(traces, root, before));
  }

  /** What is carried out. */
  private record Play(Of of, Installation installation, Path root, Path traces) {

    void submit() throws IOException {
      List<String> words = new ArrayList<>(List.of("submit", "--"));
      words.addAll(child());
      start("submit", installation.launcher(words)).onExit().join();
    }

    void playQueued() throws IOException {
      Path home = root.resolve("home");
      if (of.killsTheDispatcher()) { // when nothing of the run is started yet
        Process dispatcher =
            start("killed", installation.library(home, "dispatch", "start", List.of()));
        await()
            .atMost(PATIENCE)
            .until(() -> requireNonNull(home.resolve("runs/active").toFile().list()).length > 0);
        if (of.isCancelled()) {
          cancel();
        }
        kill(registryOf(dispatcher).orElseThrow());
        dispatcher.onExit().join();
      }
      if (!of.isCancelled()) {
        start("dispatch", installation.launcher(List.of("queue", "dispatch"))).onExit().join();
      } else if (of.killsTheDispatcher()) {
        start("reconcile", reconcile()).onExit().join();
      } else {
        cancel();
      }
    }

    private void cancel() throws IOException {
      String id =
          of.isQueued()
              ? Files.readString(root.resolve(SUBMITTED)).strip()
              : begun().orElseThrow().replace(".began", "");
      start("cancel", installation.launcher(List.of("cancel", id))).onExit().join();
    }

    void play() throws IOException {
      Process run = start("run", unreaped(installation.launcher(command())));
      if (of.isCancelled()) {
        await().atMost(PATIENCE).until(this::hasBegun);
      }
      if (of.killsTheRegistry()) {
        await().atMost(PATIENCE).until(this::hasBegun);
        kill(await().atMost(PATIENCE).until(() -> registryOf(run), Optional::isPresent).get());
      }
      if (of == Of.A_RECONCILER_THAT_ENDS_A_RUN_OVER_ITS_LIMIT) {
        await().atMost(PATIENCE).until(() -> ends(start("reconcile", reconcile())));
      }
      if (of.isCancelled()) {
        cancel();
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
      return begun().isPresent();
    }

    private Optional<String> begun() throws IOException {
      try (Stream<Path> files = Files.list(root.resolve("truth"))) {
        return files
            .map(file -> String.valueOf(file.getFileName()))
            .filter(name -> name.endsWith(".began"))
            .findFirst();
      }
    }

    private List<String> command() {
      boolean limited = of.ending() == RunStatus.TIMEOUT;
      List<String> words = new ArrayList<>(List.of("run", "--kill-after", "200ms"));
      words.addAll(limited ? List.of("--timeout", "1s", "--") : List.of("--"));
      words.addAll(child());
      return words;
    }

    private List<String> child() {
      boolean ended = of.ending() == RunStatus.TIMEOUT || of.isCancelled();
      String wait = of.killsTheRegistry() ? "until [ -e \"$0/go\" ]; do sleep 0.1; done; " : "";
      return List.of(
          "/bin/sh",
          "-c",
          "echo >\"$0/truth/$RUN_REGISTRY_RUN_ID.began\"; echo hello; "
              + (ended ? "sleep 100; " : wait)
              + "exit 7",
          root.toString());
    }

    private List<String> reconcile() {
      return installation.launcher(List.of("reconcile"));
    }

    /**
     * A parent that does not wait for its child, and ends when the exit code of the run is written.
     */
    private List<String> unreaped(List<String> command) {
      if (of != Of.A_RUN_WHOSE_REGISTRY_IS_KILLED_AND_NOT_REAPED) {
        return command;
      }
      String wait = "select(undef, undef, undef, 0.1) until my @found = glob($ARGV[0])";
      String parent =
          "exits=$1; shift; \"$@\" & exec perl -MFile::Glob=:bsd_glob -e '" + wait + "' \"$exits\"";
      String exits = root.resolve("home/runs") + "/*/*/exit";
      List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", parent, "sh", exits));
      words.addAll(command);
      return words;
    }

    private static Optional<ProcessHandle> registryOf(Process tracer) {
      return tracer
          .descendants()
          .filter(process -> process.info().command().orElse("").endsWith("/java"))
          .findFirst();
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
      if (!of.hasDatabase()) {
        builder.environment().put("REGISTRY_DB", AWAY);
        builder.environment().put(Registry.DATABASE, AWAY);
      }
      builder.environment().put(RegistryMain.SLOTS, "1");
      builder.environment().put(RegistryMain.CANCELS, Files.createTempDirectory("none").toString());
      Map<String, String> answers = Map.of("submit", SUBMITTED, "cancel", CANCELLED);
      return answers.containsKey(name)
          ? builder
              .redirectError(root.resolveSibling(name).toFile())
              .redirectOutput(Redirect.appendTo(root.resolve(answers.get(name)).toFile()))
              .start()
          : builder
              .redirectErrorStream(true)
              .redirectOutput(root.resolveSibling(name).toFile())
              .start();
    }
  }
}
