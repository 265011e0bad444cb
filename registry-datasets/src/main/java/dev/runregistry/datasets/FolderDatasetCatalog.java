package dev.runregistry.datasets;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The datasets below one directory: {@code <key>/manifest.json} and {@code <key>/dataset.jsonl}.
 * The directory itself or any in it may be a symbolic link. Read-only.
 */
public final class FolderDatasetCatalog implements DatasetCatalog {
  private static final String MANIFEST = "manifest.json";
  private static final int MOST_BLANK = 1_000;

  private final Path folder;

  private FolderDatasetCatalog(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** Returns the catalog of that directory, which need not exist yet. */
  public static FolderDatasetCatalog at(Path folder) {
    return new FolderDatasetCatalog(requireNonNull(folder, "folder"));
  }

  @Override
  public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
    try {
      // not synced: its reader does not outlive a power cut, and the journal has its content
      DurableFiles.create(workspace.resolve(TRAINING_CONFIG), TrainingYaml.of(spec, dataset));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Dataset find(DatasetKey key) {
    Path dataset = folderOf(key);
    if (!Files.isDirectory(dataset)) {
      throw new DatasetException(
          "Dataset not found: " + key, key + "/: not found in the datasets directory");
    }
    return Manifest.read(key, dataset.resolve(MANIFEST))
        .toDataset(key, dataset.resolve("dataset.jsonl"));
  }

  @Override
  public DatasetPage list(String after, int limit) {
    return new DatasetDirectoryListing(folder).list(after, limit);
  }

  private Path folderOf(DatasetKey key) {
    try {
      return folder.resolve(key.value());
    } catch (InvalidPathException e) {
      throw new DatasetException(
          "Dataset not found: " + key,
          key + "/: the locale of the registry has no such file names; start it in a UTF-8 locale");
    }
  }

  @Override
  public int validateRecords(Dataset dataset, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("the limit must be positive: " + limit);
    }
    DatasetDiagnostics file = new DatasetDiagnostics(dataset.key(), "dataset.jsonl");
    try (BoundedLineReader lines = BoundedLineReader.of(dataset.records())) {
      return validateRecords(file, lines, limit);
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static int validateRecords(DatasetDiagnostics file, BoundedLineReader lines, int limit)
      throws IOException {
    int records = 0;
    for (int line = 1; records < limit; line++) {
      BoundedLineReader.Line next = lines.next();
      if (next.isEnd()) {
        break;
      }
      if (next.isTooLong()) {
        throw file.wrong(
            line, "longer than " + BoundedLineReader.MAX_BYTES + " bytes, no record is");
      }
      if (!next.isBlank()) {
        RecordValidator.check(file, line, next);
        records++;
      } else if (line - records > MOST_BLANK) { // never the whole file, even if it is all blank
        throw file.wrong(line, "more than " + MOST_BLANK + " blank lines");
      }
    }
    if (records == 0) {
      throw file.wrong("it has no records");
    }
    return records;
  }
}
