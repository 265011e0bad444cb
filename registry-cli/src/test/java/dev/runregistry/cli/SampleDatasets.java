package dev.runregistry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Datasets on disk. */
final class SampleDatasets {
  private SampleDatasets() {}

  /** Makes a folder with one small dataset, {@code arith}, in that folder. */
  static Path in(Path folder) throws IOException {
    Path datasets = folder.resolve("datasets");
    Path arith = Files.createDirectories(datasets.resolve("arith"));
    Files.writeString(
        arith.resolve("manifest.json"),
        """
        {"dataset_key": "arith", "build_id": "b1", "dataset_name": "Arithmetic",
         "dataset_version": "1.0.0", "created_at": "2026-11-01T00:00:00Z",
         "selection_strategy": "all", "trace_ids": ["t1"], "trace_count": 1}
        """);
    Files.writeString(
        arith.resolve("dataset.jsonl"), "{\"prompts\": \"1+1?\", \"final_answer\": \"2\"}\n");
    return datasets;
  }
}
