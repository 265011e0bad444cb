package dev.runregistry.cli;

import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.util.concurrent.Callable;
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
      "Prints all that a run printed, from its folder on this host; where there is none, what is"
          + " recorded of it."
    })
final class RunsLogsCommand implements Callable<Integer> {
  private final Caller caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "ID", description = "The run's id, or a beginning that no other has.")
  private String id;

  @Option(names = "--stderr", description = "The error output instead of the standard output.")
  private boolean stderr;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the run ends.")
  private boolean follow;

  RunsLogsCommand(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Parts parts = new Parts(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.settledRegistry(database);
      RunId run = new RunLookup(registry).idOf(id);
      RunLog log =
          new RunLog(
              run,
              stderr ? LogStream.STDERR : LogStream.STDOUT,
              parts.homeToRead(),
              registry,
              caller);
      if (follow) {
        log.follow();
      } else {
        log.print();
      }
      return 0;
    }
  }
}
