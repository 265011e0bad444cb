package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.Plan.Child;
import dev.runregistry.chaos.Plan.PlannedRun;
import dev.runregistry.chaos.Plan.Step;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where one scenario takes place: a home, a database, what is wrong with the host, and the files in
 * which each child writes down its own truth.
 *
 * @param folder for all that is no home
 * @param home of the registries
 * @param clockOffset seconds by which their clock is wrong
 */
record Stage(Installation installation, Path folder, Path home, Store store, int clockOffset) {

  /** More would make the look of a child at the slots a race. */
  static final int MAX_SLOTS = 2;

  private static final String ENDLESS = "600";

  /**
   * Arguments: truth, seconds, exit code, whether to leave something behind, whether deaf, the
   * number of slots, of which a queued one locks one until none of its processes is left.
   */
  private static final String CHILD =
      """
      [ "$2" != 600 ] || : >"$1/$RUN_REGISTRY_RUN_ID.endless"
      echo $$ >>"$1/$RUN_REGISTRY_RUN_ID.began"
      [ "$5" = 0 ] || trap '' TERM
      slot=1
      while [ "$slot" -le "$6" ]; do
        exec 9>"$1/../slots/$slot"
        ! flock -n 9 || break
        slot=$((slot + 1))
      done
      [ "$6" = 0 ] || [ "$slot" -le "$6" ] || : >"$1/$RUN_REGISTRY_RUN_ID.overfull"
      [ "$4" = 0 ] || setsid sleep 3 &
      echo hello
      sleep "$2"
      echo "$3" >"$1/$RUN_REGISTRY_RUN_ID.ended"
      exit "$3"
      """;

  /** The same, told by a configuration: arguments: truth, configuration, slots. */
  private static final String TRAINING =
      """
      of() { sed -n "s/^ *$1: *//p" "$2"; }
      millis=$(($(of max_seq_length "$2") - 128)) flags=$(($(of batch_size "$2") - 1))
      seconds=$((millis / 1000)).$(printf %03d $((millis % 1000)))
      [ $((flags & 8)) = 0 ] || seconds=600
      set -- "$1" $seconds $(($(of num_epochs "$2") % 100)) \\
        $((flags & 1)) $((flags >> 1 & 1)) $(((flags >> 2 & 1) * $3))
      """
          + CHILD;

  Path truth() {
    return folder.resolve("truth");
  }

  /** Where a file with the id of a run has its owner cancel it. */
  Path cancels() {
    return folder.resolve("cancels");
  }

  /** A database in which none of the runs belongs. */
  Path otherDatabase() {
    return folder.resolve("other.db");
  }

  /** What all registries have printed. */
  Path said() {
    return folder.resolve("said");
  }

  /**
   * What a run executes.
   *
   * @param slots of the queue that it waits in; 0 for none
   */
  List<String> command(Child child, int slots) {
    return List.of(
        "/bin/sh",
        "-c",
        CHILD,
        "sh",
        truth().toString(),
        child.isEndless()
            ? ENDLESS
            : "%d.%03d".formatted(child.millis() / 1000, child.millis() % 1000),
        Integer.toString(child.code()),
        child.leavesBehind() ? "1" : "0",
        child.deafToTerm() ? "1" : "0",
        Integer.toString(slots));
  }

  /** What a server is to start, as it has to be said to it. */
  String training(int slots) {
    return Stream.of("/bin/sh", "-c", TRAINING, "sh", truth().toString(), "{config}", "" + slots)
        .map(Stage::quoted)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String word) {
    return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** The body of the request for a training that does what the child does. */
  static String request(PlannedRun run) {
    Child child = run.child();
    int flags =
        (child.leavesBehind() ? 1 : 0)
            + (child.deafToTerm() ? 2 : 0)
            + (run.isQueued() ? 4 : 0)
            + (child.isEndless() ? 8 : 0);
    return """
        {"dataset_key":"arithmetic-traces","model_id":"m","dry_run":false,
         "num_epochs":%d,"batch_size":%d,"max_seq_length":%d%s}"""
        .formatted(
            child.code() == 0 ? 100 : child.code(),
            flags + 1,
            Math.max(0, child.millis()) + 128,
            run.priority().map(",\"priority\":%d"::formatted).orElse(""));
  }

  /** Starts a registry whose stdout is that file; every supervisor of it dies at that step. */
  Process start(
      List<String> command, Map<String, String> variables, Optional<Step> supervisorDies, Path out)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.putAll(installation.environment());
    environment.put("REGISTRY_HOME", home.toString());
    environment.put("REGISTRY_DB", store.config().url());
    environment.put(Registry.DATABASE, store.config().url());
    environment.putAll(variables);
    if (clockOffset != 0) {
      environment.putAll(Clocks.wrongBy(clockOffset));
    }
    if (supervisorDies.isPresent()) {
      Path tools = deadlyPerl(supervisorDies.get());
      environment.put("PATH", tools + ":" + environment.get("PATH"));
    }
    return builder
        .redirectInput(new File("/dev/null"))
        .redirectError(ProcessBuilder.Redirect.appendTo(said().toFile()))
        .redirectOutput(out.toFile())
        .start();
  }

  /** The command, which dies before that call of the system. */
  static List<String> dyingAt(Optional<Step> step, List<String> command) {
    List<String> words = new ArrayList<>();
    step.map(Stage::tracer).ifPresent(words::addAll);
    words.addAll(command);
    return words;
  }

  /** Its tracer is nobody's child, so the process is the one that was started. */
  private static List<String> tracer(Step step) {
    String call = "?" + step.call(); // not every machine has every call
    return List.of(
        "strace",
        "-DDD",
        "-f",
        "--seccomp-bpf",
        "-qqq",
        "-o",
        "/dev/null",
        "-e",
        "trace=" + call,
        "-e",
        "signal=none",
        "-e",
        "inject="
            + call
            + (step.fails() ? ":error=" + step.error() : ":signal=KILL")
            + ":when="
            + step.number());
  }

  /** A folder with a {@code perl} that dies at that step; its tracer does not look like the run. */
  private Path deadlyPerl(Step step) throws IOException {
    Path tools = Files.createTempDirectory(folder, "tools");
    String tracer = String.join(" ", tracer(step)).replace(" -f ", " ");
    Files.writeString(
        tools.resolve("perl"),
        """
        #!/bin/sh
        cookie=$RUN_REGISTRY_RUN_ID
        unset RUN_REGISTRY_RUN_ID
        exec %s -E "RUN_REGISTRY_RUN_ID=$cookie" /usr/bin/perl "$@"
        """
            .formatted(tracer.replace(" --seccomp-bpf", "")));
    Files.setPosixFilePermissions(
        tools.resolve("perl"), PosixFilePermissions.fromString("rwxr-xr-x"));
    return tools;
  }

  /** The folders of runs below {@code runs/active}, say. */
  List<Path> runs(String state) {
    Path runs = home.resolve("runs").resolve(state);
    if (!Files.isDirectory(runs)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(runs)) {
      return folders.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the supervisors, or the children, of all that runs; returns how many. */
  int kill(String who) {
    int killed = 0;
    for (Path run : runs("active")) {
      String id = String.valueOf(run.getFileName());
      Optional<ProcessHandle> process =
          pidOf(who, run).filter(pid -> carries(pid, id)).flatMap(ProcessHandle::of);
      killed += process.filter(ProcessHandle::destroyForcibly).isPresent() ? 1 : 0;
    }
    return killed;
  }

  private static Optional<Long> pidOf(String who, Path run) {
    try {
      return Files.readString(run.resolve("processes"))
          .lines()
          .map(line -> line.split(" ", 3))
          .filter(words -> words.length == 3 && words[0].equals(who))
          .map(words -> Long.parseLong(words[1]))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // nothing was started, or it is settled
    }
  }

  /** Whether a process is of that run. */
  static boolean carries(long pid, String id) {
    return in(pid, "environ").contains("RUN_REGISTRY_RUN_ID=" + id);
  }

  /** What the registries have said, to find out why. */
  String words() throws IOException {
    assertThat(folder).isDirectory();
    return Files.exists(said()) ? Files.readString(said(), StandardCharsets.ISO_8859_1) : "";
  }

  /** Returns the detached dispatchers of this home. */
  List<ProcessHandle> dispatchers() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> dispatches(process.pid())).toList();
    }
  }

  private boolean dispatches(long pid) {
    return in(pid, "cmdline").endsWith("\0queue\0dispatch\0")
        && isOfThisHome(pid)
        && !in(pid, "environ").contains("RUN_REGISTRY_RUN_ID=");
  }

  /** Whether a process was started with this home, directly or not. */
  boolean isOfThisHome(long pid) {
    return ("\0" + in(pid, "environ")).contains("\0REGISTRY_HOME=" + home + "\0");
  }

  /**
   * Whether a process and its threads run, sleep, were stopped, are traced; empty if it is gone.
   */
  static String state(long pid) {
    String states =
        in(pid, "status")
            .lines()
            .filter(line -> line.matches("(State|TracerPid|Threads):.*"))
            .collect(Collectors.joining(" "));
    String[] threads = Path.of("/proc/" + pid + "/task").toFile().list();
    return threads == null
        ? states
        : states
            + Stream.of(threads)
                .flatMap(thread -> in(pid, "task/" + thread + "/status").lines())
                .filter(line -> line.startsWith("State:"))
                .collect(Collectors.groupingBy(line -> line, TreeMap::new, Collectors.counting()));
  }

  private static String in(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid, file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  /** Makes what has to be there. */
  Stage prepared() throws IOException {
    Files.createDirectories(truth());
    Files.createDirectories(folder.resolve("slots"));
    Files.createDirectories(cancels());
    return this;
  }

  /** A wrong clock, by libfaketime. */
  static final class Clocks {
    private Clocks() {}

    private static final Path LIBRARY = Tools.clock().orElseThrow();

    /** Files have the right time, and what is measured is measured rightly. */
    static Map<String, String> wrongBy(int seconds) {
      Map<String, String> variables = new HashMap<>();
      variables.put("LD_PRELOAD", LIBRARY.toString());
      variables.put("FAKETIME", "%+d".formatted(seconds));
      variables.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
      variables.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
      variables.put("NO_FAKE_STAT", "1");
      return variables;
    }
  }
}
