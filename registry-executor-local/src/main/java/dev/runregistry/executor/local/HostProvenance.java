package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ProvenanceSource;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the runs of this host come from. At the start it reads a few small files (the name of the
 * host, {@code .git/HEAD} and what that refers to); {@code git} is asked only while the run goes
 * on, once {@link #started} has said so, for five seconds at most. A run that ends sooner waits
 * half a second at most for the answer, and is recorded without it after that.
 *
 * <p>What {@code git} says is what it finds when it looks, some milliseconds after the start:
 * changes that the run has made by then count. It takes no lock, starts nothing that stays, and
 * looks at the working directory only, whatever {@code GIT_DIR} says. Safe for use by many threads.
 */
public final class HostProvenance implements ProvenanceSource {
  private static final String NOBODY = "?"; // what Java calls a user without a name

  private final String registryVersion;
  private final Path workingDirectory;
  private final Map<String, String> environment;
  private final String git;
  private final Duration patience;
  private final Map<RunId, GitQuestion> questions = new ConcurrentHashMap<>();

  private HostProvenance(
      String registryVersion,
      Path workingDirectory,
      Map<String, String> environment,
      String git,
      Duration patience) {
    this.git = git;
    this.patience = patience;
    this.registryVersion = registryVersion;
    this.workingDirectory = workingDirectory;
    this.environment = environment;
  }

  /**
   * That of runs in the working directory of this process.
   *
   * @param registryVersion what records them, 1 to 64 characters
   * @param environment that of the runs
   * @param allowed the names of those variables that are recorded; one that ends in {@code *}
   *     stands for all that begin so. Values that look like secrets are masked all the same
   */
  public static HostProvenance of(
      String registryVersion, Map<String, String> environment, List<String> allowed) {
    return new HostProvenance(
        requireNonNull(registryVersion, "registryVersion"),
        Path.of("").toAbsolutePath(),
        RecordedVariables.of(environment, allowed),
        "git",
        GitQuestion.PATIENCE);
  }

  /** The same of runs in that folder. */
  public HostProvenance in(Path folder) {
    return new HostProvenance(registryVersion, folder.toAbsolutePath(), environment, git, patience);
  }

  /** The same, asking another program than the git on the path. */
  HostProvenance asking(String program) {
    return new HostProvenance(registryVersion, workingDirectory, environment, program, patience);
  }

  /** The same, waiting for another time than half a second for the answer of git. */
  HostProvenance waiting(Duration atMost) {
    return new HostProvenance(registryVersion, workingDirectory, environment, git, atMost);
  }

  @Override
  public Provenance atStart() {
    String commit = GitFolder.of(workingDirectory.toFile()).map(GitFolder::head).orElse(null);
    return new Provenance(
        Runner.hostNameOrUnknown(),
        user(),
        workingDirectory.toString(),
        registryVersion,
        commit,
        null,
        environment);
  }

  private static @Nullable String user() {
    String name = System.getProperty("user.name", "");
    return name.isEmpty() || name.equals(NOBODY) ? null : name;
  }

  /**
   * Says that the run has started, so that nothing delays it any more: begins to ask {@code git}.
   * Returns at once.
   */
  public void started(Run running) {
    File folder = workingDirectory.toFile();
    if (running.provenance() != null && GitFolder.of(folder).isPresent()) {
      questions.put(running.id(), GitQuestion.asked(git, folder, patience));
    }
  }

  @Override
  public @Nullable Provenance atEnd(Run running) {
    Provenance known = running.provenance();
    GitQuestion question = questions.remove(running.id());
    if (known == null || question == null) {
      return known;
    }
    return question.answer().map(status -> status.completing(known)).orElse(known);
  }
}
