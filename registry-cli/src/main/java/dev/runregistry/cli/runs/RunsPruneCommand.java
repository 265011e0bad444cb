package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.Sizes;
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
      "Exit code 1: a run directory could not be deleted, the others are; or it was not confirmed."
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

  @Option(names = "--dry-run", description = "Delete nothing; print what would be deleted.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask on a terminal.")
  private boolean yes;

  @Option(names = "--keep-records", hidden = true) // required by earlier versions
  private boolean keepRecords;

  public RunsPruneCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Instant endedBefore = Instant.now().minus(age());
    FileRunJournal home = new RegistryFactory(settings.read(caller)).home();
    if (!(dryRun || yes || keepRecords)
        && caller.terminal().isInput()
        && !isConfirmed(home, endedBefore)) {
      throw new CommandFailedException("nothing was deleted");
    }
    FileRunJournal.Pruned pruned = home.prune(endedBefore, !dryRun);
    caller.out().println((dryRun ? "Would delete " : "Deleted ") + described(pruned));
    pruned.failures().forEach(failure -> caller.say(TerminalText.line(failure)));
    return pruned.failures().isEmpty() ? 0 : 1;
  }

  private boolean isConfirmed(FileRunJournal home, Instant endedBefore) {
    FileRunJournal.Pruned found = home.prune(endedBefore, false);
    return found.runs().isEmpty()
        || caller.isConfirmed("delete " + described(found) + "? Records are kept.");
  }

  private static String described(FileRunJournal.Pruned pruned) {
    int number = pruned.runs().size();
    return "%d run director%s (%s)"
        .formatted(number, number == 1 ? "y" : "ies", Sizes.rounded(pruned.bytes()));
  }

  private Duration age() {
    try {
      return Durations.parseWithUnit(age); // a bare 90 would be seconds
    } catch (IllegalArgumentException e) {
      throw new UsageException("--older-than: " + e.getMessage(), e);
    }
  }
}
