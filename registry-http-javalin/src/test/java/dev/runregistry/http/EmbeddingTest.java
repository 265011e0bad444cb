package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.service.RunRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, as it stands there. */
class EmbeddingTest {
  // begin of the example
  private static RegistryServer serve(RunDatabase database, FileRunJournal home) {
    RunRegistry registry =
        RunRegistry.builder()
            .repository(database.runs())
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(Path.of("datasets")))
            .ids(new UuidV7RunIds())
            .build();
    return RegistryServer.create(registry, ServerConfig.builder().port(0).build()).start();
  }

  // end of the example

  @Test
  void a_program_can_have_the_registry_in_it(@TempDir Path folder) throws Exception {
    FileRunJournal home = FileRunJournal.at(folder);
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()));
        RegistryServer server = serve(database, home)) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/api/health/ready");

      var answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("{\"status\":\"ready\",\"runs_waiting\":0}");
    }
  }
}
