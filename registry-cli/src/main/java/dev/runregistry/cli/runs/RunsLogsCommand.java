package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry runs logs}. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print a run's full output, to stdout and stderr, from this host's log files, or else the"
          + " recorded excerpt."
    })
public final class RunsLogsCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "ID", description = RunLookup.HELP)
  private String id;

  @Option(names = "--stdout", description = "Show stdout only.")
  private boolean stdout;

  @Option(names = "--stderr", description = "Show stderr only, on stdout.")
  private boolean stderr;

  @Option(names = "--timestamps", description = "Print its time before each line.")
  private boolean timestamps;

  @Option(
      names = {"-f", "--follow"},
      description = "Follow the output until the run finishes.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "N",
      description = "Print only the last N lines; with -f, then new ones.")
  private @Nullable Integer tail;

  public RunsLogsCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reconciled(database);
      RunId run = new RunLookup(registry).idOf(id);
      RunLog log =
          new RunLog(run, wanted(), timestamps, lastLines(), parts.homeToRead(), registry, caller);
      if (follow) {
        log.follow();
      } else {
        log.print();
      }
      return 0;
    }
  }

  private OptionalInt lastLines() {
    if (tail != null && tail < 0) {
      throw new UsageException("--tail must not be negative: " + tail);
    }
    return tail == null ? OptionalInt.empty() : OptionalInt.of(tail);
  }

  private Set<LogStream> wanted() {
    return stdout == stderr
        ? EnumSet.allOf(LogStream.class)
        : EnumSet.of(stdout ? LogStream.STDOUT : LogStream.STDERR);
  }
}
