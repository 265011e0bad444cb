package dev.runregistry.cli;

import dev.runregistry.executor.local.FolderDatasetCatalog;
import dev.runregistry.executor.local.LocalRunExecutor;
import dev.runregistry.executor.local.RunHome;
import dev.runregistry.executor.local.TimeOrderedRunIds;
import dev.runregistry.persistence.jooq.DatabaseConfig;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;

/** The parts of the registry, as the settings want them. Opens nothing. */
final class Parts {
  /** Enough for hundreds of runs, and not much longer than a database that is away takes. */
  private static final Duration BEFORE_READING = Duration.ofSeconds(2);

  private final Settings settings;
  private final RunHome home;

  Parts(Settings settings) {
    this.settings = settings;
    home = RunHome.at(settings.home());
  }

  RunHome home() {
    return home;
  }

  /**
   * Where the database is, the embedded one unless said.
   *
   * @throws UsageException if there is no such kind of database
   */
  DatabaseConfig databaseConfig() {
    return settings
        .given(Setting.DB)
        .map(url -> DatabaseSettings.config(settings, url))
        .orElseGet(() -> DatabaseConfig.sqlite(home.databaseFile()));
  }

  /** The database; the caller closes it. */
  RunDatabase database() {
    return RunDatabase.at(databaseConfig());
  }

  /** To read what is recorded. */
  RunRegistry registry(RunDatabase database) {
    return registry(database, LocalRunExecutor.builder(home).build(), Runnable::run);
  }

  /** To read what is recorded, after what ended meanwhile has been, if that does not take long. */
  RunRegistry settledRegistry(RunDatabase database) {
    RunRegistry registry = registry(database);
    if (home.activeRuns() > 0) {
      Settling settling = new Settling();
      settling.startAfter(() -> {}, () -> registry);
      settling.await(BEFORE_READING);
    }
    return registry;
  }

  /** To run something. */
  RunRegistry registry(RunDatabase database, RunExecutor executor, Executor startRecorder) {
    return builder(database, executor).startRecorder(startRecorder).build();
  }

  /** What a registry is made of in any case. */
  RunRegistry.Builder builder(RunDatabase database, RunExecutor executor) {
    return RunRegistry.builder()
        .repository(database.runs())
        .journal(home)
        .executor(executor)
        .catalog(FolderDatasetCatalog.at(settings.datasets()))
        .ids(new TimeOrderedRunIds());
  }
}
