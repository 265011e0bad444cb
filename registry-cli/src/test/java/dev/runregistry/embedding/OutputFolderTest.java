package dev.runregistry.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryRunRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two trainings never share an output folder that nobody chose. */
@Timeout(300)
class OutputFolderTest {
  private static final int RUNS = 50;
  private static final DatasetKey KEY = new DatasetKey("arithmetic");

  /** Writes the model where the configuration says, below its working directory. */
  private static final String TRAIN =
      "d=$2/$(sed -n 's/^ *output_dir: *\"\\(.*\\)\"$/\\1/p' \"$1\"); mkdir -p \"$d\";"
          + " echo \"$1\" >> \"$d/model\"";

  @TempDir private Path folder;

  @Test
  void fifty_trainings_at_once_have_fifty_output_folders() throws Exception {
    FileRunJournal home = FileRunJournal.at(folder.resolve("home"));
    Path dataset = Files.createDirectories(folder.resolve("datasets").resolve(KEY.value()));
    Files.writeString(
        dataset.resolve("manifest.json"),
        """
        {"dataset_key": "%s", "build_id": "b", "dataset_name": "Arithmetic",
         "dataset_version": "1.0", "created_at": "2026-01-01T00:00:00Z",
         "selection_strategy": "all", "trace_ids": ["t"], "trace_count": 1}
        """
            .formatted(KEY));
    Files.writeString(dataset.resolve("dataset.jsonl"), "{\"prompts\": \"1 + 1\"}\n");
    RunRegistry registry =
        RunRegistry.builder()
            .repository(new InMemoryRunRepository())
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(folder.resolve("datasets")))
            .ids(new UuidV7RunIds())
            .build();
    List<String> command =
        List.of("sh", "-c", TRAIN, "sh", "{config}", folder.resolve("work").toString());
    ExecutorService threads = Executors.newFixedThreadPool(RUNS);
    try {
      List<Future<Run>> runs =
          Stream.generate(
                  () ->
                      threads.submit(() -> registry.submit(RunRequest.training(KEY, "m", command))))
              .limit(RUNS)
              .toList();
      for (Future<Run> run : runs) {
        Run ended = run.get();
        assertThat(ended.status()).describedAs(ended.toString()).isEqualTo(RunStatus.COMPLETED);
        assertThat(ended.spec().outputDir()).isEqualTo("./output/tunix_run_" + ended.id());
        Path model = folder.resolve("work").resolve(ended.spec().outputDir()).resolve("model");
        assertThat(Files.readAllLines(model)).hasSize(1);
      }
      try (Stream<Path> folders = Files.list(folder.resolve("work/output"))) {
        assertThat(folders).hasSize(RUNS);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
