package dev.runregistry.dispatch;

import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.FileRunQueue;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.process.DefaultSignals;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A dispatcher in a process of its own, which a test can kill. Its database is away. */
public final class DispatcherMain {
  private DispatcherMain() {}

  /**
   * Dispatches the runs of {@code HOME SLOTS GPUS}, where GPUs have commas between them, and
   * recovers those of dispatchers that were killed.
   */
  public static void main(String[] args) {
    FileRunJournal home = FileRunJournal.at(Path.of(args[0]));
    List<String> gpus = args[2].isEmpty() ? List.of() : List.of(args[2].split(",", -1));
    RunRegistry registry = registry(home, new Away());
    registry.reconcile();
    ScheduledExecutorService recovery = Executors.newSingleThreadScheduledExecutor();
    recovery.scheduleWithFixedDelay(registry::reconcile, 100, 100, TimeUnit.MILLISECONDS);
    registry
        .dispatcher(new QueueLimits(Integer.parseInt(args[1]), 1_000, gpus), run -> {})
        .dispatchUntilEmpty();
    System.exit(0);
  }

  /** Returns the builder of such a process. */
  static ProcessBuilder process(Path home, int slots, String gpus) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dslf4j.internal.verbosity=ERROR",
            "-Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider",
            "-cp",
            System.getProperty("java.class.path"),
            DispatcherMain.class.getName(),
            home.toString(),
            String.valueOf(slots),
            gpus);
    return new ProcessBuilder(DefaultSignals.command(command))
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("dispatcher-output").toFile());
  }

  static RunRegistry registry(FileRunJournal home, RunRepository repository) {
    return RunRegistry.builder()
        .repository(repository)
        .journal(home)
        .queue(FileRunQueue.of(home), FileQueueControl.of(home), 1_000)
        .executor(LocalRunExecutor.builder().build())
        .catalog(new InMemoryDatasetCatalog())
        .ids(new UuidV7RunIds())
        .build();
  }

  private static final class Away implements RunRepository {
    private static RepositoryException away() {
      return new RepositoryException("the database is away", new IllegalStateException());
    }

    @Override
    public void save(Run run) {
      throw away();
    }

    @Override
    public DatabaseIdentity identity() {
      return DatabaseIdentity.UNKNOWN;
    }

    @Override
    public Optional<Run> find(RunId id) {
      throw away();
    }

    @Override
    public RunPage list(RunQuery query) {
      throw away();
    }

    @Override
    public List<RunId> findIds(RunIdPrefix prefix, int limit) {
      throw away();
    }

    @Override
    public List<RunId> findIds(RunIdSuffix suffix, int limit) {
      throw away();
    }

    @Override
    public Set<RunId> neighbours(Collection<RunId> ids) {
      throw away();
    }
  }
}
