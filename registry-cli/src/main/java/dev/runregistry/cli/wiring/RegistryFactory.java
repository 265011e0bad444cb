package dev.runregistry.cli.wiring;

import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.FileRunQueue;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The parts of the registry, as the settings want them. Opens nothing. */
public final class RegistryFactory {
  /** Enough for hundreds of runs, and not much longer than a database that is away takes. */
  private static final Duration BEFORE_READING = Duration.ofSeconds(2);

  /** A home in which nothing is and nothing can be made: below what is no folder. */
  private static final Path NOWHERE = Path.of("/dev/null/home");

  private final Settings settings;
  private final Optional<FileRunJournal> home;

  public RegistryFactory(Settings settings) {
    this.settings = settings;
    home = settings.findHome().map(FileRunJournal::at);
  }

  /**
   * Returns the journal of this host.
   *
   * @throws UsageException if neither a setting nor HOME names one
   */
  public FileRunJournal home() {
    return home.orElseThrow(() -> new UsageException(Settings.NO_HOME));
  }

  /** The same for reading; without runs if neither a setting nor HOME names one. */
  public FileRunJournal homeToRead() {
    return home.orElseGet(() -> FileRunJournal.at(NOWHERE));
  }

  /**
   * Returns the database that is set, else the embedded one.
   *
   * @throws UsageException if there is no such kind of database
   */
  public DatabaseConfig databaseConfig() {
    return settings
        .given(Setting.DB)
        .map(url -> DatabaseSettings.config(settings, url))
        .orElseGet(() -> DatabaseConfig.sqlite(home().databaseFile()));
  }

  /** The database; the caller closes it. */
  public RunDatabase database() {
    DatabaseConfig config = databaseConfig();
    return RunDatabase.at(config, DatabaseSettings.password(settings, config));
  }

  /** Returns a registry that reconciles the runs in the home. */
  public RunRegistry registry(RunDatabase database) {
    return registry(database, home());
  }

  /** The same, which also gives back idempotency keys that were never used. */
  public RunRegistry registryWithKeys(RunDatabase database) {
    return builder(database, LocalRunExecutor.builder().build())
        .idempotencyKeys(database.idempotencyKeys())
        .build();
  }

  /** Returns a registry that verifies the chain, which reconciles nothing and needs no home. */
  public RunRegistry forVerify(RunDatabase database) {
    FileRunJournal folder = homeToRead();
    return builder(database, folder, LocalRunExecutor.builder().build())
        .chain(database.chain())
        .build();
  }

  /** Returns a registry that reads the records and reconciles nothing. */
  public RunRegistry reader(RunDatabase database) {
    return registry(database, homeToRead());
  }

  private RunRegistry registry(RunDatabase database, FileRunJournal folder) {
    return builder(database, folder, LocalRunExecutor.builder().build()).build();
  }

  /** Returns a registry that reads the records, after a short attempt to reconcile. */
  public RunRegistry reconciled(RunDatabase database) {
    FileRunJournal folder = homeToRead(); // a database of its own can be read without one
    RunRegistry registry = registry(database, folder);
    if (folder.activeRuns() > 0) {
      BackgroundReconcile settling = new BackgroundReconcile();
      settling.start(registry);
      settling.await(BEFORE_READING);
    }
    return registry;
  }

  /** Returns a registry that runs commands. */
  public RunRegistry registry(
      RunDatabase database,
      RunExecutor executor,
      ProvenanceWiring origin,
      Executor datasetChecker,
      Executor startWriter) {
    return builder(database, executor)
        .provenance(origin.source())
        .startWriter(startWriter)
        .datasetChecker(datasetChecker)
        .build();
  }

  /** Returns a builder with the parts of a registry that runs commands. */
  public RunRegistry.Builder builder(RunDatabase database, RunExecutor executor) {
    return builder(database, home(), executor);
  }

  /**
   * Returns a builder with the parts of a registry that enqueues or dispatches runs, whose new runs
   * are those of the executor that the settings name.
   *
   * @param processes the executor of this host
   * @param onStart called with each run that is handed to Slurm
   * @param onContradiction called if Slurm and a supervisor report different endings of a run
   */
  public RunRegistry.Builder queueBuilder(
      RunDatabase database,
      RunExecutor processes,
      Consumer<Run> onStart,
      Runnable onContradiction) {
    RunExecutor slurm = new LazySlurmExecutor(settings, onStart, onContradiction);
    return new SlurmSettings(settings).isChosen()
        ? builder(database, home(), slurm, processes)
        : builder(database, home(), processes, slurm);
  }

  private RunRegistry.Builder builder(
      RunDatabase database, FileRunJournal folder, RunExecutor executor) {
    RunExecutor other =
        executor instanceof LocalRunExecutor
            ? new LazySlurmExecutor(settings)
            : LocalRunExecutor.builder().build();
    return builder(database, folder, executor, other);
  }

  private RunRegistry.Builder builder(
      RunDatabase database, FileRunJournal folder, RunExecutor first, RunExecutor second) {
    RunRegistry.Builder builder =
        RunRegistry.builder()
            .repository(database.runs())
            .cancelRequests(database.cancelRequests())
            .hosts(database.hosts())
            .journal(folder)
            .executor(first)
            .executor(second)
            .catalog(FolderDatasetCatalog.at(settings.datasets()))
            .ids(new UuidV7RunIds());
    return home.isEmpty()
        ? builder
        : builder.queue(
            FileRunQueue.of(folder),
            FileQueueControl.of(folder),
            new QueueSettings(settings).max());
  }
}
