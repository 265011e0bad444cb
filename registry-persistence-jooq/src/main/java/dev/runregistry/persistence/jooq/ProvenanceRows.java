package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.RunRows.present;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;

import dev.runregistry.run.Provenance;
import java.util.List;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Where a run comes from, as columns of its row, and back. */
final class ProvenanceRows {
  /** All of them; null together in a row from before version 3. */
  static final List<Field<?>> COLUMNS =
      List.of(
          TUNIX_RUNS.HOST,
          TUNIX_RUNS.USER_NAME,
          TUNIX_RUNS.WORKING_DIR,
          TUNIX_RUNS.REGISTRY_VERSION,
          TUNIX_RUNS.GIT_COMMIT,
          TUNIX_RUNS.GIT_DIRTY,
          TUNIX_RUNS.ENVIRONMENT);

  private ProvenanceRows() {}

  static @Nullable Provenance toProvenance(Row row) {
    String host = row.get(TUNIX_RUNS.HOST);
    if (host == null) {
      return null;
    }
    return new Provenance(
        host,
        row.get(TUNIX_RUNS.USER_NAME),
        present(row, TUNIX_RUNS.WORKING_DIR),
        present(row, TUNIX_RUNS.REGISTRY_VERSION),
        row.get(TUNIX_RUNS.GIT_COMMIT),
        row.get(TUNIX_RUNS.GIT_DIRTY),
        EnvironmentJson.read(present(row, TUNIX_RUNS.ENVIRONMENT)));
  }
}
