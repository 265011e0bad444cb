package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.run.service.chain.VerificationResult;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunJournal;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What verifying a database came to. */
record Verified(VerificationResult verification, List<Discrepancy> discrepancies) {
  static Verified of(DatabaseConfig config) {
    return of(config, null);
  }

  static Verified of(DatabaseConfig config, @Nullable ChainHead kept) {
    try (RunDatabase database = RunDatabase.at(config)) {
      return of(database, kept);
    }
  }

  static Verified of(RunDatabase database, @Nullable ChainHead kept) {
    List<Discrepancy> found = new ArrayList<>();
    RunRegistry registry =
        RunRegistry.builder()
            .repository(database.runs())
            .chain(database.chain())
            .journal(new InMemoryRunJournal())
            .executor(ScriptedRunExecutor.endingWith(Runs.exited(0)))
            .catalog(new InMemoryDatasetCatalog())
            .ids(Runs::id)
            .build();
    return new Verified(registry.verify(kept, found::add), found);
  }

  ChainHead head() {
    return verification.head();
  }

  /** Kind, number of the link and run of each, as far as they are known. */
  List<String> summary() {
    return discrepancies.stream()
        .map(d -> "%s %s %s".formatted(d.kind().text(), d.link(), d.runId()))
        .toList();
  }
}
