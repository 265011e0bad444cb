package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a command sees under {@code timeout 60 CMD} and under {@code registry run -- CMD}: the same,
 * but for the differences that are listed here, each with its reason. The document says the same.
 */
@Timeout(900)
class TimeoutConformanceIT {
  private static final Path DOCUMENT = Launcher.SOURCES.resolve("docs/CONFORMANCE.md");
  private static final Path RESOURCES = Path.of("src/test/resources").toAbsolutePath();
  private static final Duration SOON = Duration.ofSeconds(120);

  /** The long form: a start for each signal that ends the registry, of which thirty are alike. */
  private static final boolean EVERY_SIGNAL = Boolean.getBoolean("conformance.signals");

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  /** How the two are called; {@code "$@"} is the command with what starts it. */
  enum Scene {
    PLAIN("as it is", "\"$@\" <in >out 2>err"),
    PIPES("in a pipeline", "echo x | \"$@\" 2>err | cat >out"),
    NO_STDIN("stdin closed", "\"$@\" <&- >out 2>err"),
    NO_STDOUT("stdout closed", "\"$@\" <in >&- 2>err"),
    NO_STDERR("stderr closed", "\"$@\" <in >out 2>&-"),
    NONE("all three closed", "\"$@\" <&- >&- 2>&-"),
    DESCRIPTORS(
        "more descriptors",
        "exec 3<in 4>four 9>>nine; perl -e '$^F = 99; open A, \"<in\"; open B, \">>b\";"
            + " open C, \"<&B\"; exec @ARGV' \"$@\" <in >out 2>err"),
    LIMITS(
        "low limits",
        "ulimit -Sn 300; ulimit -c 0; ulimit -f 4000000; ulimit -Ss 4096; ulimit -St 4000;"
            + " \"$@\" <in >out 2>err"),
    IGNORED(
        "signals ignored",
        "trap '' INT HUP TERM USR1 USR2 PIPE XFSZ CONT CHLD TSTP WINCH; \"$@\" <in >out 2>err"),
    ENVIRONMENT(
        "odd variables",
        "exec env 'a.b=1' 'BASH_FUNC_f%%=() { :; }' 'X Y=2' ü=ä 'N=1\n2' LC_ALL=C JAVA_TOOL_OPTIONS=-Dx"
            + " _JAVA_OPTIONS=-Dy E= PS1=x IFS=, PPID=7 OPTIND=9 OLDPWD=/ CDPATH=/ SHLVL=7 \"$@\" <in >out 2>err"),
    NO_ENVIRONMENT(
        "hardly a variable",
        "exec env -i \"REGISTRY_HOME=$REGISTRY_HOME\" \"PROBE_CALLER=$PROBE_CALLER\" \"PROBE_OUT=$PROBE_OUT\" \"REGISTRY_JAVA=$REGISTRY_JAVA\" \"PATH=$PATH\" \"$@\" <in >out 2>err"),
    PLACE("umask, niceness", "umask 027; exec nice -n 3 \"$@\" <in >out 2>err"),
    TERMINAL("in a terminal", "exec script -qec 'exec sh ./in-terminal' /dev/null <in >out 2>err");

    private final String title;
    private final String line;

    Scene(String title, String line) {
      this.title = title;
      this.line = line;
    }
  }

  /**
   * A difference that is left.
   *
   * @param scenes where; empty for everywhere
   * @param aspect a regular expression for what the probe calls it
   * @param what for people
   */
  private record Difference(
      List<Scene> scenes, String aspect, String what, String timeout, String registry, String why) {
    boolean covers(Scene scene, String name) {
      return (scenes.isEmpty() || scenes.contains(scene)) && name.matches(aspect);
    }
  }

  private static final List<Difference> DIFFERENCES =
      List.of(
          new Difference(
              List.of(),
              "descriptor [12]",
              "stdout and stderr",
              "the caller's",
              "a pipe each, or a terminal each where the caller's is one",
              "what is printed is recorded, and shown as it comes"),
          new Difference(
              List.of(Scene.NO_STDOUT, Scene.NO_STDERR, Scene.NONE),
              "terminal [12]",
              "a closed stdout or stderr",
              "closed",
              "a pipe",
              "what is printed is recorded all the same"),
          new Difference(
              List.of(Scene.NO_STDIN, Scene.NONE),
              "descriptor 0|terminal 0",
              "a closed stdin",
              "closed",
              "`/dev/null`",
              "the next file that Java or the command opens would take the number, and be read as stdin"),
          new Difference(
              List.of(),
              "leads its group|group of the caller|in the foreground",
              "process group",
              "one of its own, in the background of a terminal",
              "the caller's",
              "as under `timeout --foreground`: the command can read the terminal, ^C and ^Z reach it"),
          new Difference(
              List.of(),
              "signal (32|33) ignored",
              "two signals of the C library",
              "as the caller has them",
              "ignored",
              "`posix_spawn` of glibc, by which Java starts processes; a program with threads sets them itself"),
          new Difference(
              List.of(Scene.IGNORED),
              "signal (1|2|15) ignored",
              "HUP, INT and TERM that the caller ignores",
              "not ignored: `timeout` handles them",
              "ignored",
              "`nohup registry run` outlives its terminal, as `nohup CMD` does"),
          new Difference(
              List.of(),
              "variable (RUN_REGISTRY_RUN_ID|PYTHONUNBUFFERED)",
              "variables",
              "the caller's",
              "`RUN_REGISTRY_RUN_ID` and `PYTHONUNBUFFERED=1` besides, the password and the token of the registry not",
              "the run can name itself, its output comes at once, and it is not trusted with the database"));

  /** Java blocks QUIT in what it starts, and the parent of a build may ignore INT. */
  private static final List<String> CLEAN =
      List.of(
          "perl",
          "-MPOSIX",
          "-e",
          "sigprocmask(SIG_SETMASK, POSIX::SigSet->new); $SIG{$_} = 'DEFAULT' for qw(INT HUP QUIT);"
              + " exec @ARGV or die");

  private Started start(List<String> command) {
    List<String> words = new ArrayList<>(CLEAN);
    words.addAll(command);
    return launcher.startCommand(words);
  }

  private List<String> timeout(List<String> command) {

    List<String> words = new ArrayList<>(List.of("timeout", "600"));
    words.addAll(command);
    return words;
  }

  private List<String> registry(List<String> command) {
    List<String> words = new ArrayList<>(List.of(Launcher.SCRIPT.toString(), "run", "--"));
    words.addAll(command);
    return words;
  }

  private static final List<String> PROBE =
      List.of("perl", RESOURCES.resolve("probe.pl").toString(), "a b", "", "ü*");

  /** What the probe prints, by what it calls it. */
  private Map<String, String> seen(Scene scene, String way, List<String> command)
      throws IOException {
    Path directory = Files.createDirectory(folder.resolve(way));
    Files.writeString(directory.resolve("in"), "x\n");
    Path link = folder.resolve("work");
    Files.deleteIfExists(link);
    Files.move(directory, link); // both see the same paths
    StringBuilder terminal = new StringBuilder();
    command.forEach(word -> terminal.append('\'').append(word).append("' "));
    Files.writeString(link.resolve("in-terminal"), "PROBE_CALLER=$$ " + terminal + "\n");
    List<String> words =
        new ArrayList<>(List.of("sh", "-c", "export PROBE_CALLER=$$; " + scene.line, "sh"));
    words.addAll(command);
    Path out = link.resolve("seen");
    launcher.in(link).with("PROBE_OUT", out.toString());
    Result result = Launcher.result(start(words));
    assertThat(out).as(way + " " + result).exists();
    Map<String, String> seen = new TreeMap<>();
    for (String line : Files.readAllLines(out)) {
      String[] parts = line.split("\t", 2);
      seen.put(parts[0], parts[1]);
    }
    Files.move(link, directory);
    return seen;
  }

  @ParameterizedTest
  @EnumSource
  void a_command_sees_what_it_sees_under_timeout(Scene scene) throws IOException {
    Map<String, String> timeout = seen(scene, "timeout", timeout(PROBE));
    Map<String, String> registry = seen(scene, "registry", registry(PROBE));

    TreeSet<String> names = new TreeSet<>(timeout.keySet());
    names.addAll(registry.keySet());
    List<String> unexplained = new ArrayList<>();
    for (String name : names) {
      String with = timeout.getOrDefault(name, "-");
      String without = registry.getOrDefault(name, "-");
      if (!with.equals(without)
          && DIFFERENCES.stream().noneMatch(difference -> difference.covers(scene, name))) {
        unexplained.add("%s: timeout %s, registry %s".formatted(name, with, without));
      }
    }
    assertThat(unexplained).as(scene.title).isEmpty();
    assertThat(names).hasSizeGreaterThan(40);
  }

  // --- Exit codes

  @ParameterizedTest
  @CsvSource({
    "exit 0,0",
    "exit 1,1",
    "exit 124,124",
    "exit 125,125",
    "exit 126,126",
    "exit 127,127",
    "exit 255,255",
    "kill -s TERM $$,143",
    "kill -s KILL $$,137",
    "kill -s INT $$,130",
    "kill -s ABRT $$,134",
    "kill -s USR1 $$,138",
    "kill -s SEGV $$,139"
  })
  void the_exit_code_is_that_under_timeout(String script, int code) {
    List<String> command = List.of("perl", "-e", "exec 'sh', '-c', '" + script + "'");

    assertThat(Launcher.result(start(timeout(command))).code()).isEqualTo(code);
    assertThat(Launcher.result(start(registry(command))).code()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"/no/such/program,127", "no-such-program,127", "/etc/passwd,126", "/,126"})
  void what_cannot_be_started_has_the_exit_code_that_it_has_under_timeout(
      String program, int code) {
    List<String> command = List.of(program);

    assertThat(Launcher.result(start(timeout(command))).code()).isEqualTo(code);
    assertThat(Launcher.result(start(registry(command))).code()).isEqualTo(code);
  }

  // --- Signals to the one that was started

  /** What becomes of a signal. */
  private enum Fate {
    TOLD("the command gets it", "the command's"),
    NOT_TOLD("nothing", "the command's"),
    ENDS("it ends, the command goes on", "128 + the number"),
    STOPS("it stops, the command does not", "-");

    private final String text;
    private final String code;

    Fate(String text, String code) {
      this.text = text;
      this.code = code;
    }
  }

  /** The two fates, by the number of the signal. */
  private record Signal(String names, Fate timeout, Fate registry, String why, int... numbers) {}

  private static final String NOT_BY_JAVA = "Java cannot handle it; the run is recorded later";

  private static final List<Signal> SIGNALS =
      List.of(
          new Signal(
              "HUP, INT, TERM",
              Fate.TOLD,
              Fate.TOLD,
              "a second one of these is KILL for the run",
              1,
              2,
              15),
          new Signal(
              "QUIT",
              Fate.TOLD,
              Fate.NOT_TOLD,
              "Java keeps it for itself and prints its threads on stderr",
              3),
          new Signal(
              "TRAP, ABRT, USR1, USR2, XCPU, VTALRM, PROF, IO, PWR, SYS",
              Fate.ENDS,
              Fate.TOLD,
              "clusters warn by USR1, USR2 and XCPU; a run is not left alone",
              5,
              6,
              10,
              12,
              24,
              26,
              27,
              29,
              30,
              31),
          new Signal(
              "ALRM",
              Fate.TOLD,
              Fate.TOLD,
              "under `timeout` its own clock: TERM, exit code 124",
              14),
          new Signal("CONT", Fate.NOT_TOLD, Fate.TOLD, "a cluster that suspends jobs goes on", 18),
          new Signal("CHLD, URG, WINCH", Fate.NOT_TOLD, Fate.NOT_TOLD, "", 17, 23, 28),
          new Signal(
              "PIPE, XFSZ",
              Fate.ENDS,
              Fate.NOT_TOLD,
              "Java needs neither, and reports the error",
              13,
              25),
          new Signal("KILL", Fate.ENDS, Fate.ENDS, "the run is recorded later", 9),
          new Signal(
              "ILL, BUS, FPE, SEGV",
              Fate.ENDS,
              Fate.ENDS,
              "a crash of Java is exit code 134; the run is recorded later",
              4,
              7,
              8,
              11),
          new Signal("STKFLT", Fate.ENDS, Fate.ENDS, NOT_BY_JAVA, 16),
          new Signal(
              "RTMIN to RTMAX, but for the next",
              Fate.ENDS,
              Fate.ENDS,
              NOT_BY_JAVA,
              IntStream.rangeClosed(34, 64).filter(number -> number != 62).toArray()),
          new Signal("RTMAX-2", Fate.ENDS, Fate.NOT_TOLD, "Java wakes its threads by it", 62),
          new Signal("STOP, TSTP", Fate.STOPS, Fate.STOPS, "CONT lets it go on", 19, 20),
          new Signal(
              "TTIN, TTOU",
              Fate.NOT_TOLD,
              Fate.STOPS,
              "`timeout` is in the background itself",
              21,
              22));

  static Stream<Integer> numbers() {
    return IntStream.rangeClosed(1, 64).filter(number -> number != 32 && number != 33).boxed();
  }

  private static Signal signal(int number) {
    return SIGNALS.stream()
        .filter(signal -> IntStream.of(signal.numbers).anyMatch(each -> each == number))
        .findFirst()
        .orElseThrow();
  }

  private static void send(int number, long pid) {
    try {
      new ProcessBuilder("sh", "-c", "kill -" + number + " " + pid)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static boolean told(Started started, int number) {
    return started.out().lines().anyMatch(Integer.toString(number)::equals);
  }

  private Started listener(List<String> command) {
    Started started = start(command);
    await()
        .atMost(SOON)
        .until(() -> started.out().startsWith("pid ") && started.out().contains("\n"));
    return started;
  }

  private List<String> listening(Path go) {
    return List.of("perl", RESOURCES.resolve("listener.pl").toString(), go.toString());
  }

  private static List<Integer> withFate(Fate fate) {
    return numbers().filter(number -> signal(number).registry == fate).toList();
  }

  /** Of each row of the table the first, the last and another; all in the long form. */
  private static List<Integer> some(List<Integer> numbers) {
    if (EVERY_SIGNAL) {
      return numbers;
    }
    Random random = new Random();
    Set<Integer> some = new TreeSet<>();
    numbers.stream()
        .collect(Collectors.groupingBy(number -> signal(number).names))
        .values()
        .forEach(
            row -> {
              some.add(row.get(0));
              some.add(row.get(row.size() - 1));
              some.add(row.get(random.nextInt(row.size())));
            });
    return List.copyOf(some);
  }

  private static long count(Started started, int number) {
    return started.out().lines().filter(Integer.toString(number)::equals).count();
  }

  private static ProcessHandle command(Started run) {
    String pid = run.out().lines().findFirst().orElseThrow().substring("pid ".length());
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  @Test
  void signals_that_end_nothing_do_what_the_table_says() throws Exception {
    Path go = folder.resolve("go");
    Started run = listener(registry(listening(go)));
    long pid = run.process().pid();
    int usr1 = 10;

    for (int number : withFate(Fate.TOLD)) {
      if (!List.of(1, 2, 15).contains(number)) {
        send(number, pid);
        await().atMost(SOON).until(() -> told(run, number));
      }
    }
    // STOP alone: in an orphaned process group, as that of a build in the background, the kernel
    // discards the other signals that stop
    assertThat(withFate(Fate.STOPS)).contains(19);
    send(19, pid);
    await().atMost(SOON).until(() -> isStopped(pid));
    assertThat(isStopped(command(run).pid())).as("the command").isFalse();
    send(18, pid);
    for (int number : withFate(Fate.NOT_TOLD)) {
      long before = count(run, usr1);
      send(number, pid);
      send(usr1, pid); // comes after it
      await().atMost(SOON).until(() -> count(run, usr1) > before);
      assertThat(told(run, number)).as("signal " + number).isFalse();
    }
    Files.createFile(go);
    assertThat(Launcher.result(run).code()).isEqualTo(7);
  }

  private static boolean isStopped(long pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") T ");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15})
  void signals_that_ask_to_end_are_told(int number) throws Exception {
    Path go = folder.resolve("go");
    Started run = listener(registry(listening(go)));

    send(number, run.process().pid());

    await().atMost(SOON).until(() -> told(run, number) || !run.process().isAlive());
    assertThat(run.process().isAlive()).isTrue();
    Files.createFile(go);
    assertThat(Launcher.result(run).code()).isEqualTo(7);
  }

  @Test
  void signals_that_java_cannot_handle_end_the_registry_and_the_command_goes_on() throws Exception {
    Path go = folder.resolve("go");
    List<ProcessHandle> commands = new ArrayList<>();
    for (int number : some(withFate(Fate.ENDS))) {
      Started run = listener(registry(listening(go)));
      commands.add(command(run));

      send(number, run.process().pid());

      boolean crashes = signal(number).names.startsWith("ILL");
      assertThat(Launcher.result(run).code())
          .as("signal " + number)
          .isEqualTo(crashes ? 134 : 128 + number);
      assertThat(command(run).isAlive()).isTrue();
      assertThat(run.out()).hasLineCount(1);
      assertThat(run.err()).isEmpty();
    }
    Files.createFile(go);
    await().atMost(SOON).until(() -> commands.stream().noneMatch(ProcessHandle::isAlive));
    await().atMost(SOON).until(() -> launcher.registry("reconcile").code() == 0);
    assertThat(launcher.registry("runs", "--json", "--status", "failed", "--limit", "99").out())
        .hasLineCount(commands.size());
  }

  @Test
  void what_timeout_passes_on_the_registry_passes_on_or_says_why() throws Exception {
    Path go = folder.resolve("go");
    List<String> command =
        List.of("perl", RESOURCES.resolve("listener.pl").toString(), go.toString());
    Map<Integer, Started> runs = new LinkedHashMap<>();
    for (int number : numbers().toList()) {
      runs.put(number, listener(timeout(command)));
      send(number, runs.get(number).process().pid());
    }
    List<String> unexplained = new ArrayList<>();
    for (Map.Entry<Integer, Started> run : runs.entrySet()) {
      Signal signal = signal(run.getKey());
      if (signal.timeout == Fate.TOLD && run.getKey() != 14) { // then it is TERM that comes
        await().atMost(SOON).until(() -> told(run.getValue(), run.getKey()));
      }
      if (told(run.getValue(), run.getKey())
          && signal.registry != Fate.TOLD
          && signal.why.isEmpty()) {
        unexplained.add(signal.names);
      }
      send(18, run.getValue().process().pid());
    }
    Files.createFile(go);
    for (Started run : runs.values()) {
      Launcher.result(run);
    }
    assertThat(unexplained).isEmpty();
  }

  // --- The document

  @Test
  void the_document_says_the_same() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # What a command sees

        Under `registry run -- CMD` a command sees what it sees under `timeout 60 CMD` of GNU coreutils. A test
        (`TimeoutConformanceIT`) starts a probe in both ways and compares all that it finds: descriptors and what they
        are, limits, blocked and ignored signals, variables, arguments, ids, capabilities, namespaces, session,
        terminal, niceness, umask, directory; and it sends each signal of `kill -l` to both. This file is written from
        the tables of that test, which fails when one of the two changes.

        The probe is started:
        """);
    for (Scene scene : Scene.values()) {
      text.append("- ").append(scene.title).append('\n');
    }
    text.append("\n## Differences that are left\n");
    text.append("| what | under `timeout` | under `registry run` | why |\n|---|---|---|---|\n");
    for (Difference difference : DIFFERENCES) {
      text.append(
          "| %s | %s | %s | %s |\n"
              .formatted(difference.what, difference.timeout, difference.registry, difference.why));
    }
    text.append(
        """

        Exit codes are the same: the command's, 128 + n if signal n terminated it, 124 for the time limit, 125 for an error of
        the registry itself, also of its Java, 126 if the command cannot be executed, 127 if there is none.

        ## Signals sent to the process that was started
        `timeout` is that of coreutils 9.1; newer ones pass on more.

        | signals | `timeout` | its exit code | `registry` | its exit code | remarks |
        |---|---|---|---|---|---|
        """);
    for (Signal signal : SIGNALS) {
      text.append(
          "| %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  signal.names,
                  signal.timeout.text,
                  signal.timeout.code,
                  signal.registry.text,
                  signal.registry.code,
                  signal.why));
    }
    if (Boolean.getBoolean("conformance.write")) {
      Files.writeString(DOCUMENT, text);
    }
    assertThat(DOCUMENT).content().isEqualTo(text.toString());
  }
}
