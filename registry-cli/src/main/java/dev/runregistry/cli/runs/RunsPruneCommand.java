package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.journal.FileRunJournal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry runs prune}. */
@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Delete the files of old runs on this host, with their full logs. Records are kept, with the"
          + " first part of the output.",
      "Exit code 1: a run directory could not be deleted; the others are."
    })
public final class RunsPruneCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      required = true,
      description = "Only runs that finished longer ago than TIME, such as 90d.")
  private String age;

  @Option(
      names = "--keep-records",
      required = true,
      description = "Required: confirms that records are kept.")
  private boolean keepRecords;

  @Option(names = "--dry-run", description = "Delete nothing; print what would be deleted.")
  private boolean dryRun;

  public RunsPruneCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    if (!keepRecords) {
      throw new UsageException("records are never deleted");
    }
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    FileRunJournal.Pruned pruned = parts.home().prune(Instant.now().minus(age()), !dryRun);
    caller
        .out()
        .println(
            "%s %d run directories"
                .formatted(dryRun ? "Would delete" : "Deleted", pruned.runs().size()));
    pruned.failures().forEach(failure -> caller.say(TerminalText.line(failure)));
    return pruned.failures().isEmpty() ? 0 : 1;
  }

  private Duration age() {
    try {
      return Durations.parseWithUnit(age); // a bare 90 would be seconds
    } catch (IllegalArgumentException e) {
      throw new UsageException("--older-than: " + e.getMessage(), e);
    }
  }
}
