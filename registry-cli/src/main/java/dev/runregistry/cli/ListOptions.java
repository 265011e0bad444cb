package dev.runregistry.cli;

import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which runs to list, and how. */
final class ListOptions {
  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only runs that are pending, running, completed, failed or timeout.")
  private @Nullable String status;

  @Option(
      names = {"-d", "--dataset"},
      paramLabel = "KEY",
      description = "Only runs of that data set.")
  private @Nullable String dataset;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "Only runs of that mode: dry-run or local.")
  private @Nullable String mode;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "At most that many (default: ${DEFAULT-VALUE}).",
      defaultValue = "" + RunQuery.DEFAULT_LIMIT)
  private int limit;

  @Option(names = "--json", description = "One JSON document a line, as the HTTP API has them.")
  private boolean json;

  /** Lists them. */
  int list(Caller caller, SettingsOptions settings) {
    RunQuery query = query();
    if (limit < 1) {
      throw new UsageException("--limit must be at least 1: " + limit);
    }
    Parts parts = new Parts(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunListing listing = new RunListing(parts.registry(database), caller);
      if (json) {
        listing.printJson(query, limit);
      } else {
        listing.printTable(query, limit);
      }
      return 0;
    }
  }

  private RunQuery query() {
    try {
      return RunQuery.all()
          .withStatus(status == null ? null : RunStatus.parse(status))
          .withMode(mode == null ? null : RunMode.parse(mode))
          .withDatasetKey(dataset);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }
}
