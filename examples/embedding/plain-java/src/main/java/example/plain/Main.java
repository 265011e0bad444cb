package example.plain;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.util.List;

/** Executes a command, records it in SQLite, and prints the record. */
public final class Main {
  private Main() {}

  /** The argument is the directory of the registry's files. */
  public static void main(String[] args) {
    FileRunJournal home = FileRunJournal.at(Path.of(args[0]));
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      RunRegistry registry =
          RunRegistry.builder()
              .repository(database.runs())
              .journal(home)
              .executor(LocalRunExecutor.builder().build())
              .catalog(FolderDatasetCatalog.at(Path.of("datasets")))
              .ids(new UuidV7RunIds())
              .build();
      registry.reconcile(); // what an earlier process left behind
      List<String> command = List.of("sh", "-c", "echo trained; exit 3");
      Run run = registry.submit(RunRequest.command(DatasetKey.NONE, "my-model", command));
      System.out.println(registry.get(run.id()).message());
    }
  }
}
