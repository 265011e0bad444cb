package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.StatusWord;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunQuery;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select the runs of a list, and its format. */
public final class ListOptions {
  @Option(
      names = {"-s", "--status"},
      paramLabel = "STATUS",
      description = "Only runs that are pending, running, completed, failed, timeout or cancelled.")
  private @Nullable String status;

  @Option(names = "--failed", description = "Short for --status failed.")
  private boolean failed;

  @Option(
      names = {"-d", "--dataset"},
      paramLabel = "KEY",
      description = "Only runs of that dataset.")
  private @Nullable String dataset;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "Only runs of that mode: dry-run or local.")
  private @Nullable String mode;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "Only runs that were started on that host.")
  private @Nullable String host;

  @Option(
      names = {"-n", "--limit", "--last"},
      paramLabel = "N",
      description =
          "Maximum number of runs to list; 0 for all (default: "
              + RunQuery.DEFAULT_LIMIT
              + ", with --json all).")
  private @Nullable Integer limit;

  @Option(
      names = {"-a", "--all"},
      description = "List all runs.")
  private boolean all;

  @Option(names = "--json", description = "JSON Lines, one object per run, in the API's format.")
  private boolean json;

  /** Lists them. */
  public int list(Console caller, SettingsOptions settings) {
    RunQuery query = query();
    OptionalLong most = most();
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunListing listing = new RunListing(parts.reconciled(database), caller);
      if (json) {
        listing.printJson(query, most);
      } else {
        listing.printTable(query, most);
      }
      return 0;
    }
  }

  /** Returns the maximum number of runs in the list; empty for all. */
  private OptionalLong most() {
    if (limit != null && limit < 0) {
      throw new UsageException("--limit must not be negative: " + limit);
    }
    if (limit != null && limit > 0 && all) {
      throw new UsageException("--limit and --all contradict each other; give one");
    }
    boolean unlimited = all || (limit == null ? json : limit == 0);
    return unlimited
        ? OptionalLong.empty()
        : OptionalLong.of(limit == null ? RunQuery.DEFAULT_LIMIT : limit);
  }

  private @Nullable RunStatus status() {
    if (failed && status != null) {
      throw new UsageException("--failed and --status contradict each other; give one");
    }
    return failed ? RunStatus.FAILED : status == null ? null : StatusWord.parse(status);
  }

  private RunQuery query() {
    try {
      return RunQuery.all()
          .withStatus(status())
          .withMode(mode == null ? null : RunMode.parse(mode))
          .withDatasetKey(dataset)
          .withHost(host);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }
}
