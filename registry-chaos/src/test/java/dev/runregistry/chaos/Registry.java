package dev.runregistry.chaos;

import dev.runregistry.executor.local.FolderDatasetCatalog;
import dev.runregistry.executor.local.LocalRunExecutor;
import dev.runregistry.executor.local.RunHome;
import dev.runregistry.executor.local.TimeOrderedRunIds;
import dev.runregistry.persistence.jooq.DatabaseConfig;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSummary;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A whole registry on one home, every step of which can be its last. */
final class Registry implements AutoCloseable {
  private final RunHome home;
  private final RunDatabase database;
  private final RunRegistry registry;

  private Registry(Path folder, DatabaseConfig config, Steps steps) {
    home = RunHome.at(folder);
    database = RunDatabase.at(config);
    LocalRunExecutor processes =
        LocalRunExecutor.builder(home).killGrace(Duration.ofMillis(500)).build();
    registry =
        RunRegistry.builder()
            .repository(steps.of(RunRepository.class, database.runs()))
            .journal(steps.of(RunJournal.class, home))
            .executor(steps.of(RunExecutor.class, processes))
            .catalog(FolderDatasetCatalog.at(folder))
            .ids(new TimeOrderedRunIds())
            .build();
  }

  static Registry at(Path folder, Steps steps) {
    return new Registry(folder, DatabaseConfig.sqlite(folder.resolve("registry.db")), steps);
  }

  static Registry at(Path folder) {
    return at(folder, new Steps(-1));
  }

  /** With a database that is not there. */
  static Registry withoutDatabase(Path folder) {
    return new Registry(
        folder, DatabaseConfig.sqlite(folder.resolve("gone/away/registry.db")), new Steps(-1));
  }

  RunRegistry runs() {
    return registry;
  }

  RunHome home() {
    return home;
  }

  Run submit(List<String> command) {
    return registry.submit(RunRequest.command(DatasetKey.NONE, "none", command));
  }

  /** All that is on record, whole. */
  List<Run> onRecord() {
    return registry.page(RunQuery.all().withLimit(RunQuery.MAX_LIMIT)).runs().stream()
        .map(RunSummary::id)
        .map(registry::get)
        .toList();
  }

  @Override
  public void close() {
    database.close();
  }
}
