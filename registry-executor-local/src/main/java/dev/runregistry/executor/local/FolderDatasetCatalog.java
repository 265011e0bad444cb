package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.DatasetException;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Data sets below one folder: {@code <key>/manifest.json} beside {@code <key>/dataset.jsonl}. The
 * folder itself or any in it may be a symbolic link. Only reads.
 */
public final class FolderDatasetCatalog implements DatasetCatalog {
  private static final int MOST_BLANK = 1_000;

  private final Path folder;

  private FolderDatasetCatalog(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** The data sets in that folder, which need not be there yet. */
  public static FolderDatasetCatalog at(Path folder) {
    return new FolderDatasetCatalog(requireNonNull(folder, "folder"));
  }

  @Override
  public Dataset find(DatasetKey key) {
    Path dataset = folderOf(key);
    if (!Files.isDirectory(dataset)) {
      throw new DatasetException(
          "There is no data set " + key,
          key + "/: there is no such folder in the data sets folder");
    }
    return Manifest.read(key, dataset.resolve("manifest.json"))
        .toDataset(key, dataset.resolve("dataset.jsonl"));
  }

  @Override
  public DatasetPage page(String after, int limit) {
    return new DatasetFolder(folder).page(after, limit);
  }

  private Path folderOf(DatasetKey key) {
    try {
      return folder.resolve(key.value());
    } catch (InvalidPathException e) {
      throw new DatasetException(
          "There is no data set " + key,
          key + "/: the locale of the registry has no such file names; start it in a UTF-8 locale");
    }
  }

  @Override
  public int sample(Dataset dataset, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("the limit must be positive: " + limit);
    }
    DatasetFile file = new DatasetFile(dataset.key(), "dataset.jsonl");
    try (BoundedLines lines = BoundedLines.of(dataset.records())) {
      return sample(file, lines, limit);
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static int sample(DatasetFile file, BoundedLines lines, int limit) throws IOException {
    int records = 0;
    for (int line = 1; records < limit; line++) {
      BoundedLines.Line next = lines.next();
      if (next.isEnd()) {
        break;
      }
      if (next.isTooLong()) {
        throw file.wrong(line, "longer than " + BoundedLines.MAX_BYTES + " bytes, no record is");
      }
      if (!next.isBlank()) {
        TraceRecord.check(file, line, next);
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
