package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Datasets that a test made up. */
public final class InMemoryDatasetCatalog implements DatasetCatalog {
  private final Map<DatasetKey, Entry> datasets = new ConcurrentHashMap<>();

  /** An empty one. */
  public InMemoryDatasetCatalog() {}

  /**
   * Adds a dataset or puts another in its place.
   *
   * @param records for each record whether it is well formed
   */
  public void add(Dataset dataset, List<Boolean> records) {
    datasets.put(dataset.key(), new Entry(dataset, List.copyOf(records)));
  }

  @Override
  public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
    requireNonNull(spec.training(), "training");
  }

  @Override
  public Dataset find(DatasetKey key) {
    return entry(key).dataset;
  }

  @Override
  public int validateRecords(Dataset dataset, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("the limit must be positive: " + limit);
    }
    List<Boolean> looked = entry(dataset.key()).records.stream().limit(limit).toList();
    if (looked.isEmpty()) {
      throw wrong(dataset.key(), "dataset.jsonl: it has no records");
    }
    int bad = looked.indexOf(false);
    if (bad >= 0) {
      throw wrong(dataset.key(), "dataset.jsonl, line " + (bad + 1) + ": not well formed");
    }
    return looked.size();
  }

  @Override
  public DatasetPage list(String after, int limit) {
    DatasetPage.requireLimit(limit);
    List<DatasetEntry> all =
        datasets.values().stream()
            .map(entry -> new DatasetEntry(entry.dataset.key(), entry.dataset.traceCount()))
            .filter(entry -> entry.key().value().compareTo(after) > 0)
            .sorted(Comparator.comparing(entry -> entry.key().value()))
            .toList();
    return new DatasetPage(all.stream().limit(limit).toList(), all.size() > limit);
  }

  private Entry entry(DatasetKey key) {
    return Optional.ofNullable(datasets.get(key))
        .orElseThrow(
            () ->
                new DatasetException(
                    "Dataset not found: " + key, key + "/: not found in the datasets directory"));
  }

  private static DatasetException wrong(DatasetKey key, String what) {
    return new DatasetException("The dataset " + key + " is not well formed", key + "/" + what);
  }

  /** A dataset and whether each of its records is well formed. */
  private record Entry(Dataset dataset, List<Boolean> records) {}
}
