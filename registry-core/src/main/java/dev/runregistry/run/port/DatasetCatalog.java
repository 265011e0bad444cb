package dev.runregistry.run.port;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Finds data sets and looks into them; never changes one. Safe for use by many threads at once.
 * File formats are those of the HTTP contract.
 */
public interface DatasetCatalog {
  /** The name of the file with the configuration of a training, in the workspace of its run. */
  String TRAINING_CONFIG = "config.yaml";

  /**
   * Finds a data set and checks its manifest, not its records.
   *
   * @throws DatasetException if it is not there, cannot be read, or its manifest is not well formed
   */
  Dataset find(DatasetKey key);

  /**
   * Reads and checks the first few records, never the whole file, whatever its size and however
   * long its lines.
   *
   * @param limit how many records to look at, at most; positive
   * @return how many were looked at, 1 to {@code limit}
   * @throws DatasetException if there is no record, or one of those looked at is not well formed
   */
  int sample(Dataset dataset, int limit);

  /**
   * The data sets that there are, one page of them. One whose manifest is not well formed is among
   * them: it is there, and whoever looks for it should find it.
   *
   * <p>However many there are, no more is kept in memory than the page, and no more manifests are
   * read than it has lines, of bounded size together.
   *
   * @param after only those whose key comes after this text, which need not be a key; empty for the
   *     first page
   * @param limit how many at most, 1 to {@value DatasetPage#MAX_LIMIT}
   * @throws DatasetException if the data sets cannot be looked at; that there are none is none
   */
  DatasetPage page(String after, int limit);

  /**
   * Writes the configuration of a training into {@value #TRAINING_CONFIG} in the workspace, as the
   * HTTP contract describes it.
   *
   * @param spec with hyper-parameters
   * @param dataset the data set of the training
   * @param workspace the directory of the run, where the file is not yet
   * @throws UncheckedIOException if it cannot be written
   */
  void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace);
}
