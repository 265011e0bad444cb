package dev.runregistry.persistence.jooq.internal.sql;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static dev.runregistry.persistence.jooq.internal.sql.RunMapper.required;

import dev.runregistry.run.Provenance;
import org.jspecify.annotations.Nullable;

/** Maps the columns of a run's row to its provenance. */
public final class ProvenanceMapper {
  private ProvenanceMapper() {}

  public static @Nullable Provenance toProvenance(Row row) {
    String host = row.get(TUNIX_RUNS.HOST);
    if (host == null) {
      return null;
    }
    return new Provenance(
        host,
        row.get(TUNIX_RUNS.USER_NAME),
        required(row, TUNIX_RUNS.WORKING_DIR),
        required(row, TUNIX_RUNS.REGISTRY_VERSION),
        row.get(TUNIX_RUNS.GIT_COMMIT),
        row.get(TUNIX_RUNS.GIT_DIRTY),
        TextMapJson.read(required(row, TUNIX_RUNS.ENVIRONMENT)));
  }
}
