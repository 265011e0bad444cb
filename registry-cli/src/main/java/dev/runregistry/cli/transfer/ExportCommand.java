package dev.runregistry.cli.transfer;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.FilterOptions;
import dev.runregistry.cli.list.ListFormat;
import dev.runregistry.cli.list.RunValues;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.json.RunRecordJson;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.chain.VerificationResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print the finished runs with their digests and links.",
      "In the order in which their endings were recorded; each is verified, and a record that was"
          + " changed is named on stderr and left out. Reads the database only, from one snapshot; a"
          + " copy of its file is enough.",
      "'registry import' takes an export as jsonl of all runs into another database. It contains the"
          + " retirements of hosts, too, which are part of the chain."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all that match were exported, and all finished runs are as they were recorded",
      "1:some are not, or the database cannot be read",
      "2:usage error"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry export > runs.jsonl",
      "  registry export --since 2026-11-01 --until 2026-11-30 --format csv > november.csv"
    })
public final class ExportCommand implements Callable<Integer> {
  private static final List<String> LINK_TITLES =
      List.of("link_number", "digest_version", "run_digest", "recorded_at", "link_digest");

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @ArgGroup(validate = false, heading = FilterOptions.HEADING)
  private FilterOptions filters = new FilterOptions();

  @Option(
      names = {"-o", "--format"},
      paramLabel = "jsonl|csv",
      description =
          "jsonl (default; one object per run, with all that is recorded) or csv (without output).")
  private String format = "jsonl";

  public ExportCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    boolean csv = isCsv();
    RunFilter filter = filters.filter(Instant.now());
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      if (csv) {
        List<String> titles = new ArrayList<>(RunValues.TITLES);
        titles.addAll(LINK_TITLES);
        caller.out().println(ListFormat.CSV.line(titles));
      }
      long[] count = {0};
      long[] retirements = {0};
      VerificationResult result =
          parts
              .forVerify(database)
              .exportChain(
                  filter,
                  entry -> {
                    if (entry instanceof ChainedRun run) {
                      count[0]++;
                      caller.out().println(csv ? csv(run) : jsonl(run));
                    } else if (!csv) {
                      retirements[0]++;
                      caller.out().println(jsonl(entry));
                    }
                  },
                  this::report);
      caller.out().flush(); // the message belongs after the runs
      if (result.retirements() > retirements[0]) {
        caller.say(
            "retirements of hosts are exported only as jsonl without filters; left out: %d"
                .formatted(result.retirements() - retirements[0]));
      }
      if (caller.terminal().isError()) {
        caller.say(
            "%d of %d finished runs exported; head %s"
                .formatted(count[0], result.links() - result.retirements(), result.head()));
      }
      return result.isIntact() ? 0 : 1;
    }
  }

  private boolean isCsv() {
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "csv" -> true;
      case "jsonl", "json" -> false;
      default ->
          throw new UsageException(
              "no format \"%s\" of an export; allowed are jsonl, csv".formatted(format));
    };
  }

  private static String jsonl(ChainEntry entry) {
    return JsonLine.of(json -> RunRecordJson.write(json, entry));
  }

  private static String csv(ChainedRun entry) {
    ChainLink link = entry.link();
    List<String> values = new ArrayList<>(RunValues.of(RunSummary.of(entry.run())));
    values.add(String.valueOf(link.number()));
    values.add(String.valueOf(link.version()));
    values.add(link.runDigest().toString());
    values.add(Timestamps.text(link.recordedAt()));
    values.add(link.digest().toString());
    return ListFormat.CSV.line(values);
  }

  private void report(Discrepancy discrepancy) {
    caller.say(
        (discrepancy.runId() == null ? "" : "run " + discrepancy.runId() + ": ")
            + discrepancy.message());
  }
}
