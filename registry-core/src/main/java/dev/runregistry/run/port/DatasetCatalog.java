package dev.runregistry.run.port;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Finds and validates datasets; never changes one. Safe for use by many threads at once. File
 * formats are those of the HTTP contract.
 */
public interface DatasetCatalog {
  /** The name of the file with the configuration of a training, in the workspace of its run. */
  String TRAINING_CONFIG = "config.yaml";

  /**
   * Finds a dataset and checks its manifest, not its records.
   *
   * @throws DatasetException if it does not exist, cannot be read, or its manifest is malformed
   */
  Dataset find(DatasetKey key);

  /**
   * Reads and validates the first few records, never the whole file, whatever its size and the
   * length of its lines.
   *
   * @param limit the maximum number of records to read; positive
   * @return the number of records read, 1 to {@code limit}
   * @throws DatasetException if there is no record, or one of those read is not well formed
   */
  int validateRecords(Dataset dataset, int limit);

  /**
   * Returns one page of the datasets. Includes those with a malformed manifest, so that a user can
   * find them.
   *
   * <p>Keeps only the page in memory, however many datasets there are, and reads no more manifests
   * than the page has entries, of bounded total size.
   *
   * @param after only those whose key comes after this text, which need not be a key; empty for the
   *     first page
   * @param limit the maximum number of entries, 1 to {@value DatasetPage#MAX_LIMIT}
   * @throws DatasetException if the datasets cannot be listed; not if there are none
   */
  DatasetPage list(String after, int limit);

  /**
   * Writes the configuration of a training into {@value #TRAINING_CONFIG} in the workspace, as the
   * HTTP contract describes it.
   *
   * @param spec a specification with hyperparameters
   * @param dataset the dataset of the training
   * @param workspace the directory of the run, which does not contain the file yet
   * @throws UncheckedIOException if it cannot be written
   */
  void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace);
}
