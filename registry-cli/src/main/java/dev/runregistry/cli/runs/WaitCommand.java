package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.run.RunReport;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry wait}. */
@Command(
    name = "wait",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Wait until runs have finished, and exit with their exit code.",
      "Prints nothing. Needs no database for runs of this host.",
      "Exit code: that of the run, as of 'registry run': 124 for its time limit, 143 cancelled, 125"
          + " not started or lost. Of several runs: 0 if all completed, else that of the first one in"
          + " the order given that did not. 124 if --timeout expires first, 125 if a run does not"
          + " exist."
    })
public final class WaitCommand implements Callable<Integer> {
  private static final int TIMED_OUT = 124;

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "ID", arity = "1..*", description = RunLookup.HELP)
  private List<String> ids;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "Maximum time to wait, such as 30s, 10m or 1h30m (default: none).")
  private @Nullable String timeout;

  @Option(names = "--any", description = "Wait until the first of the runs has finished.")
  private boolean any;

  public WaitCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<Duration> atMost = Optional.ofNullable(timeout).map(WaitCommand::duration);
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.registry(database);
      RunLookup lookup = new RunLookup(registry);
      List<RunId> runs = new ArrayList<>();
      ids.forEach(id -> runs.add(lookup.idOf(id)));
      EndOfRuns ends = new EndOfRuns(registry, runs);
      ends.findMissing()
          .ifPresent(
              id -> {
                throw new CommandFailedException("no run " + id);
              });
      return ends.await(any, atMost) ? exitCode(ends) : TIMED_OUT;
    }
  }

  private static int exitCode(EndOfRuns ends) {
    return ends.ended().stream()
        .map(RunReport::exitCode)
        .filter(code -> code != 0)
        .findFirst()
        .orElse(0);
  }

  private static Duration duration(String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--timeout: " + e.getMessage(), e);
    }
  }
}
