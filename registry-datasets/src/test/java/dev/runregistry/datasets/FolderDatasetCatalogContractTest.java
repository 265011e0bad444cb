package dev.runregistry.datasets;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.testkit.DatasetCatalogContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class FolderDatasetCatalogContractTest extends DatasetCatalogContract {
  private Path datasets;

  @BeforeEach
  void makeFolder(@TempDir Path folder) {
    datasets = folder;
  }

  @Override
  protected DatasetCatalog catalog() {
    return FolderDatasetCatalog.at(datasets);
  }

  @Override
  protected void add(DatasetKey key, List<Boolean> records) {
    try {
      Path dataset = Files.createDirectory(datasets.resolve(key.value()));
      Files.writeString(
          dataset.resolve("manifest.json"), FolderDatasetCatalogTest.manifest(key.value()));
      Files.writeString(
          dataset.resolve("dataset.jsonl"),
          records.stream()
              .map(good -> good ? "{\"prompts\":\"2+2?\"}\n" : "{\"prompts\":4}\n")
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
