package dev.runregistry.embedding;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.http.RegistryServer;
import dev.runregistry.http.ServerConfig;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** The server in the README's section "Embed it"; its lines stand there as they are here. */
final class EmbeddedServer {
  private EmbeddedServer() {}

  static void serve(Path folder, IntConsumer untilStopped) {
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
              .idempotencyKeys(database.idempotencyKeys())
              .build();
      registry.reconcile(); // what an earlier process left behind; again every few seconds is best
      ServerConfig config = ServerConfig.builder().port(0).build();
      try (RegistryServer server = RegistryServer.create(registry, config).start()) {
        untilStopped.accept(server.port());
      }
    }
    // end
  }
}
