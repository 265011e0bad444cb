package dev.runregistry.embedding;

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

/** The program of the README's section "Embed it"; its lines stand there as they are here. */
final class Embedding {
  private Embedding() {}

  static Run embed(Path folder) {
    // README
    FileRunJournal home = FileRunJournal.at(folder);
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      RunRegistry registry =
          RunRegistry.builder()
              .repository(database.runs())
              .journal(home)
              .executor(LocalRunExecutor.builder().build())
              .catalog(FolderDatasetCatalog.at(Path.of("datasets")))
              .ids(new UuidV7RunIds())
              .build();
      List<String> command = List.of("sh", "-c", "echo trained; exit 3");
      Run run = registry.submit(RunRequest.command(DatasetKey.NONE, "my-model", command));
      System.out.println(run.id() + " " + run.status() + ": " + run.message());
      return registry.get(run.id());
    }
    // end
  }
}
