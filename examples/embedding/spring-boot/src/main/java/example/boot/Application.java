package example.boot;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DataSourceOptions;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An application with tables and a Flyway of its own, which records runs in the same schema. */
@SpringBootApplication
public class Application {
  public static void main(String[] args) {
    SpringApplication.run(Application.class, args);
  }

  @Bean
  RunDatabase runDatabase(DataSource source) {
    return RunDatabase.at(source, DataSourceOptions.DEFAULTS); // closed by Spring, the pool after it
  }

  @Bean
  RunRegistry runRegistry(RunDatabase database, @Value("${registry.home}") Path home) {
    RunRegistry registry =
        RunRegistry.builder()
            .repository(database.runs())
            .journal(FileRunJournal.at(home))
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(home.resolve("datasets")))
            .ids(new UuidV7RunIds())
            .build();
    registry.reconcile(); // what an earlier process left behind
    return registry;
  }
}
