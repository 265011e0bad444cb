package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.ReconciledRun.Action;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.run.service.RunRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry reconcile}. */
@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Record the outcome of interrupted runs on this host.",
      "These are runs whose registry was killed, and those that waited for the database. Every other"
          + " command does this automatically. A run is recorded in the database that it was started for;"
          + " runs of other databases are skipped and reported.",
      "Exit code 1: some runs could not be recorded yet."
    })
final class ReconcileCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "JSON Lines, one object per run that was found.")
  private boolean json;

  @Option(
      names = "--adopt",
      description =
          "Also record the runs of this host that belong to another database, after the database was"
              + " moved or created anew.")
  private boolean adopt;

  @Option(
      names = "--from-archive",
      description =
          "Also record again the archived runs of this host that the database does not have, after"
              + " an older backup was restored or the database was created anew.")
  private boolean fromArchive;

  ReconcileCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.registryWithKeys(database);
      Reconciliation found = reconcile(registry);
      found.findings().forEach(this::print);
      if (found.findings().isEmpty()) {
        caller.say("nothing to reconcile");
      }
      return found.isIncomplete() ? incomplete(found) : 0;
    }
  }

  private Reconciliation reconcile(RunRegistry registry) {
    List<ReconciledRun> findings =
        new ArrayList<>((adopt ? registry.adopt() : registry.reconcile()).findings());
    if (fromArchive) {
      findings.addAll(registry.replayArchive(adopt).findings());
    }
    return new Reconciliation(findings);
  }

  private void print(ReconciledRun finding) {
    caller
        .out()
        .println(
            json
                ? JsonLine.of(finding)
                : "%s  %-10s  %s"
                    .formatted(
                        TerminalText.line(finding.name()),
                        finding.action().text(),
                        TerminalText.line(finding.message())));
  }

  private int incomplete(Reconciliation found) {
    caller.say(
        "%d waiting for the database, %d failed"
            .formatted(found.count(Action.DEFERRED), found.count(Action.FAILED)));
    return 1;
  }
}
