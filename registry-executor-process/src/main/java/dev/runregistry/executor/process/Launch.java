package dev.runregistry.executor.process;

import dev.runregistry.executor.process.LocalRunExecutor.Settings;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.NotStarted.Cause;
import dev.runregistry.run.redact.SecretRedactor;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The preparation of a run's start, and the start. */
final class Launch {
  private static final Logger log = LoggerFactory.getLogger(Launch.class);
  private static final byte[] EMPTY = {};
  private static final long FOR_EVER_MILLIS = Duration.ofDays(365_000).toMillis();

  private final Run run;
  private final Invocation invocation;
  private final Settings settings;
  private final Workspace folder;
  private final List<String> command;
  private final Path workingDirectory;
  private final ExecutableFinder programs;

  Launch(Run run, Invocation invocation, Settings settings, Workspace folder) {
    this.run = run;
    this.invocation = invocation;
    this.settings = settings;
    this.folder = folder;
    command = command(invocation, folder);
    workingDirectory =
        invocation.workingDirectory() == null
            ? settings.workingDirectory()
            : Path.of(invocation.workingDirectory());
    programs = programs();
  }

  private ExecutableFinder programs() {
    return invocation.workingDirectory() == null && invocation.inheritsEnvironment()
        ? settings.programs()
        : new ExecutableFinder(workingDirectory.toFile(), path());
  }

  /** Returns the path of the run; null if it has none. */
  private @Nullable String path() {
    Map<String, @Nullable String> changes = environment();
    return changes.containsKey("PATH") || !invocation.inheritsEnvironment()
        ? changes.get("PATH")
        : System.getenv("PATH");
  }

  /** Returns the command with the path of the configuration, which a training is given. */
  static List<String> command(Invocation invocation, Workspace folder) {
    List<String> words = invocation.command();
    if (!Files.exists(folder.config())) { // not a training: unchanged
      return words;
    }
    String config = folder.config().toString();
    return words.stream().map(word -> word.replace("{config}", config)).toList();
  }

  /** Returns the obstacle to a start, as far as it can be detected before. */
  Optional<NotStarted> obstacle() {
    if (!folder.exists()) {
      return refused("The workspace of the run does not exist");
    }
    if (!Files.isDirectory(workingDirectory)) {
      return refused("The working directory does not exist");
    }
    Optional<String> unencodable = command.stream().filter(word -> !isEncodable(word)).findFirst();
    if (unencodable.isPresent()) {
      return refused(
          "The locale cannot pass on the argument %s; start the registry in a UTF-8 locale"
              .formatted(SecretRedactor.redact(command).get(command.indexOf(unencodable.get()))));
    }
    return programs.obstacle(command.get(0));
  }

  /**
   * Returns whether Java can encode the word: it silently replaces other characters by {@code ?}.
   */
  private static boolean isEncodable(String word) {
    return encodes(Charset.defaultCharset(), word) // the charset of Java 17
        && encodes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")), word);
  }

  private static boolean encodes(Charset charset, String word) {
    return charset.newEncoder().canEncode(word);
  }

  private static Optional<NotStarted> refused(String why) {
    return Optional.of(new NotStarted(Cause.REFUSED, why));
  }

  /**
   * Starts the supervisor.
   *
   * @throws IOException if the host refuses; nothing is running then
   */
  Process start() throws IOException {
    createFiles(run, folder, settings.termination(), settings.logLimit(), settings.keepChildren());
    if (settings
        .ownSession()) { // a run that may wait in a queue: its absence proves that none began
      DurableFiles.sync(folder.path());
    }
    ProcessBuilder process = Supervisor.process(invocation.inheritsEnvironment());
    return Supervisor.of(process, run.id(), folder, command, environment(), settings)
        .directory(workingDirectory.toFile())
        .start();
  }

  /** Returns the variables that every run has. */
  static Map<String, String> ofEveryRun(Run run) {
    return Map.of("PYTHONUNBUFFERED", "1", LocalRunExecutor.RUN_ID_VARIABLE, run.id().toString());
  }

  /** Creates the files of an execution. */
  static void createFiles(
      Run run,
      Workspace folder,
      ProcessTree.Termination termination,
      LogLimit logLimit,
      boolean keepsChildren)
      throws IOException {
    Duration limit = run.spec().timeLimit();
    new ProcessFile(folder)
        .create(
            Optional.ofNullable(limit)
                .map(Duration::toMillis)
                .map(millis -> System.currentTimeMillis() + Math.min(millis, FOR_EVER_MILLIS)),
            termination,
            logLimit,
            keepsChildren);
    for (LogStream stream : LogStream.values()) {
      createIfAbsent(folder.log(stream));
    }
    createIfAbsent(folder.outputIndex());
    createIfAbsent(folder.supervisorLog());
  }

  private static void createIfAbsent(Path file) throws IOException {
    try {
      DurableFiles.create(file, EMPTY);
    } catch (FileAlreadyExistsException e) {
      log.debug("{} is of an attempt that was withdrawn", file, e);
    }
  }

  private Map<String, @Nullable String> environment() {
    Map<String, @Nullable String> environment =
        new HashMap<>(invocation.inheritsEnvironment() ? settings.environment() : Map.of());
    environment.putAll(invocation.environment());
    environment.putAll(ofEveryRun(run));
    return environment;
  }
}
