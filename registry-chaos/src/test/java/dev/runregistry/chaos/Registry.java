package dev.runregistry.chaos;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole registry on one home, every step of which can be its last. */
public final class Registry implements AutoCloseable {
  static final String DATABASE = "CHAOS_DB";

  private final FileRunJournal home;
  private final RunDatabase database;
  private final RunRegistry registry;

  private Registry(Path folder, DatabaseConfig config, Steps steps) {
    home = FileRunJournal.at(folder);
    database = RunDatabase.at(config);
    LocalRunExecutor processes =
        LocalRunExecutor.builder().killGrace(Duration.ofMillis(500)).build();
    registry =
        RunRegistry.builder()
            .repository(steps.of(RunRepository.class, database.runs()))
            .journal(steps.of(RunJournal.class, home))
            .executor(steps.of(RunExecutor.class, processes))
            .chain(database.chain())
            .catalog(FolderDatasetCatalog.at(folder))
            .ids(new UuidV7RunIds())
            .build();
  }

  /** On the database that the variable {@value #DATABASE} names, else on a file in the home. */
  static Registry at(Path folder, Steps steps) {
    String url = System.getenv(DATABASE);
    return url == null ? at(folder, sqlite(folder), steps) : at(folder, config(url), steps);
  }

  static Registry at(Path folder, DatabaseConfig config, Steps steps) {
    return new Registry(folder, config, steps);
  }

  static DatabaseConfig sqlite(Path folder) {
    return DatabaseConfig.sqlite(folder.resolve("registry.db"));
  }

  static DatabaseConfig config(String url) {
    return new DatabaseConfig(url, null, null);
  }

  static Registry at(Path folder) {
    return at(folder, new Steps(-1));
  }

  /** On a file in the home, without faults. */
  public static Registry onFile(Path folder) {
    return at(folder, sqlite(folder), new Steps(-1));
  }

  /** The registry itself. */
  public RunRegistry runs() {
    return registry;
  }

  FileRunJournal home() {
    return home;
  }

  Run submit(List<String> command) {
    return submit(null, command);
  }

  Run submit(@Nullable Duration limit, List<String> command) {
    return registry.submit(
        RunRequest.command(DatasetKey.NONE, "none", command).withTimeLimit(limit));
  }

  /** All that is on record, whole. */
  public List<Run> onRecord() {
    return registry.list(RunQuery.all().withLimit(RunQuery.MAX_LIMIT)).runs().stream()
        .map(RunSummary::id)
        .map(registry::get)
        .toList();
  }

  @Override
  public void close() {
    database.close();
  }
}
