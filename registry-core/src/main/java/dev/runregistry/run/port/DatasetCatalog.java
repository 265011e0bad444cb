package dev.runregistry.run.port;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.DatasetException;
import dev.runregistry.run.DatasetKey;

/**
 * Finds data sets and looks into them; never changes one. Safe for use by many threads at once.
 * File formats are those of the HTTP contract.
 */
public interface DatasetCatalog {
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
}
