package dev.runregistry.testkit;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.port.DatasetCatalog;
import java.nio.file.Path;
import java.util.List;

class InMemoryDatasetCatalogTest extends DatasetCatalogContract {
  private final InMemoryDatasetCatalog catalog = new InMemoryDatasetCatalog();

  @Override
  protected DatasetCatalog catalog() {
    return catalog;
  }

  @Override
  protected void add(DatasetKey key, List<Boolean> records) {
    Path path = Path.of("/datasets/dataset.jsonl");
    catalog.add(new Dataset(key, "Maths", "1.2", 50, path), records);
  }
}
