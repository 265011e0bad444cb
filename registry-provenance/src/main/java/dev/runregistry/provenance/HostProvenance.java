package dev.runregistry.provenance;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ProvenanceSource;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The provenance of the runs of this host. At the start it reads a few small files (the name of the
 * host, {@code .git/HEAD} and the files it refers to); {@code git} is started only while the run is
 * active, by {@link #started}, with a timeout of five seconds. A run that ends sooner waits half a
 * second at most for the result, and is recorded without it after that.
 *
 * <p>The result of {@code git} is the state some milliseconds after the start: changes that the run
 * has made by then count. It takes no lock, executes nothing that the repository configures (a file
 * that only a filter of the repository makes equal counts as changed), fetches nothing, and
 * inspects only the working directory, whatever the value of {@code GIT_DIR}, without submodules.
 * Safe for use by many threads.
 */
public final class HostProvenance implements ProvenanceSource {
  private static final String UNKNOWN_USER = "?"; // Java's name of a user without a name

  private final String registryVersion;
  private final Path workingDirectory;
  private final Map<String, String> environment;
  private final List<String> allowed;
  private final @Nullable String git; // null to disable it
  private final Duration timeout;
  private final Map<RunId, GitStatusQuery> questions = new ConcurrentHashMap<>();

  private HostProvenance(
      String registryVersion,
      Path workingDirectory,
      Map<String, String> environment,
      List<String> allowed,
      @Nullable String git,
      Duration timeout) {
    this.registryVersion = registryVersion;
    this.workingDirectory = workingDirectory;
    this.environment = environment;
    this.allowed = allowed;
    this.git = git;
    this.timeout = timeout;
  }

  /**
   * Returns the source for runs in the working directory of this process.
   *
   * @param registryVersion the version that records them, 1 to 64 characters
   * @param environment that of the runs, which git has, too
   * @param allowed the names of the recorded variables; one that ends in {@code *} stands for all
   *     with that prefix. Values that look like secrets are redacted all the same
   */
  public static HostProvenance of(
      String registryVersion, Map<String, String> environment, List<String> allowed) {
    return new HostProvenance(
        requireNonNull(registryVersion, "registryVersion"),
        Path.of("").toAbsolutePath(),
        Map.copyOf(environment),
        List.copyOf(allowed),
        "git",
        GitStatusQuery.TIMEOUT);
  }

  /** Returns a copy for runs in that directory. */
  public HostProvenance in(Path folder) {
    return with(folder.toAbsolutePath(), git, timeout);
  }

  /** Returns a copy without git: no repository is read, no commit is recorded. */
  public HostProvenance withoutGit() {
    return with(workingDirectory, null, timeout);
  }

  /** Returns a copy that runs another program than the git on the path. */
  HostProvenance withGit(String program) {
    return with(workingDirectory, program, timeout);
  }

  /** Returns a copy with another timeout than half a second for the result of git. */
  HostProvenance waiting(Duration atMost) {
    return with(workingDirectory, git, atMost);
  }

  private HostProvenance with(Path folder, @Nullable String program, Duration atMost) {
    return new HostProvenance(registryVersion, folder, environment, allowed, program, atMost);
  }

  private Optional<GitDirectory> repository(File folder) {
    return git == null ? Optional.empty() : GitDirectory.of(folder);
  }

  @Override
  public Provenance atStart() {
    return atStart(workingDirectory.toString(), EnvironmentAllowList.of(environment, allowed));
  }

  @Override
  public Provenance atStart(Invocation invocation) {
    String folder = invocation.workingDirectory();
    List<String> names = requireNonNullElse(invocation.options().recordedVariables(), allowed);
    return atStart(
        folder == null ? workingDirectory.toString() : folder,
        EnvironmentAllowList.of(
            invocation.inheritsEnvironment() ? environment : invocation.environment(), names));
  }

  private Provenance atStart(String folder, Map<String, String> variables) {
    String commit = repository(new File(folder)).map(GitDirectory::head).orElse(null);
    return new Provenance(
        OwnerIdentity.hostName(), user(), folder, registryVersion, commit, null, variables);
  }

  /** Returns the name of this host, as it is recorded; of a longer one the beginning. */
  public static String hostName() {
    return OwnerIdentity.hostName();
  }

  /** Returns the name of the user of this process; null if Java does not know one. */
  public static @Nullable String user() {
    String name = System.getProperty("user.name", "");
    return name.isEmpty() || name.equals(UNKNOWN_USER) ? null : name;
  }

  /**
   * Starts {@code git} for a run that has started, so that its start is not delayed. Returns at
   * once.
   */
  public void started(Run running) {
    String program = git;
    Provenance known = running.provenance();
    if (program == null || known == null) {
      return;
    }
    File folder = new File(known.workingDirectory());
    if (repository(folder).isPresent()) {
      questions.put(running.id(), GitStatusQuery.asked(program, folder, environment, timeout));
    }
  }

  @Override
  public @Nullable Provenance atEnd(Run running) {
    Provenance known = running.provenance();
    GitStatusQuery question = questions.remove(running.id());
    if (known == null || question == null) {
      return known;
    }
    return question.answer().map(status -> status.completing(known)).orElse(known);
  }
}
