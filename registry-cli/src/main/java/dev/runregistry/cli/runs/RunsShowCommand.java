package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.OutputText;
import dev.runregistry.cli.text.RunPrinter;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.service.RunRegistry;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry runs show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Show one run, its files and its recorded output; of longer output also the last lines, if"
            + " this host has the log file.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry runs show @latest          the newest run",
      "  registry runs show @failed          the newest that failed",
      "  registry runs show 4e41908b --json"
    })
public final class RunsShowCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "ID", description = RunLookup.HELP)
  private String id;

  @Option(
      names = "--json",
      description = "One JSON document, as in the HTTP API, with the provenance of the run.")
  private boolean json;

  public RunsShowCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reconciled(database);
      Run run = registry.get(new RunLookup(registry).idOf(id));
      @Nullable UnseenHost unseen = registry.unseenHostOf(run).orElse(null);
      Optional<String> pendingReason =
          run.status() == RunStatus.PENDING ? registry.pendingReason(run.id()) : Optional.empty();
      OutputText output = new OutputText(parts.homeToRead(), settings.words());
      if (json) {
        caller
            .out()
            .println(JsonLine.of(run, unseen, pendingReason.orElse(null), output.files(run.id())));
      } else {
        caller.out().print(new RunPrinter(LocalZone.get(), output).of(run, pendingReason, unseen));
      }
      return 0;
    }
  }
}
