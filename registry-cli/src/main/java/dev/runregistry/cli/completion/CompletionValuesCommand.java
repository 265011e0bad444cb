package dev.runregistry.cli.completion;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code registry completion-values}: prints the values that the scripts of {@code registry
 * completion} cannot know, each on a line with its description after a tab.
 */
@Command(
    name = "completion-values",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    hidden = true,
    description = "Print values for the scripts of 'registry completion'.")
public final class CompletionValuesCommand implements Callable<Integer> {
  private static final int DATASETS = 1_000;
  private static final int RUNS = 20;
  private static final int COLUMNS = 70;

  /** The kinds of values. */
  public enum Subject {
    dataset,
    run
  }

  private final Console caller;

  @Mixin
  private final SettingsOptions settings =
      new SettingsOptions(List.of(Setting.HOME, Setting.DB, Setting.DATASETS));

  @Parameters(paramLabel = "SUBJECT", description = "One of ${COMPLETION-CANDIDATES}.")
  private Subject subject;

  public CompletionValuesCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Settings inForce = settings.read(caller);
    switch (subject) {
      case dataset -> printDatasets(inForce);
      case run -> printRuns(inForce);
    }
    return 0;
  }

  private void printDatasets(Settings inForce) {
    for (DatasetEntry entry :
        FolderDatasetCatalog.at(inForce.datasets()).list("", DATASETS).datasets()) {
      Long traces = entry.traceCount();
      print(entry.key().value(), traces == null ? "" : traces + " traces");
    }
  }

  private void printRuns(Settings inForce) {
    RegistryFactory parts = new RegistryFactory(inForce);
    if (inForce.given(Setting.DB).isEmpty() && !Files.exists(parts.home().databaseFile())) {
      return; // to look is no reason to make one
    }
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reader(database);
      for (RunSummary summary : registry.list(RunQuery.all().withLimit(RUNS)).runs()) {
        Run run = registry.get(summary.id());
        print(run.id().toString(), run.status().text() + ": " + subjectOf(run));
      }
    }
  }

  private static String subjectOf(Run run) {
    return run.spec().command().isEmpty()
        ? "dry run of " + run.spec().datasetKey().value()
        : CommandLineFormat.of(run.spec().command());
  }

  private void print(String value, String description) {
    String fitted = TerminalText.truncate(TerminalText.line(description), COLUMNS);
    caller.out().println(fitted.isEmpty() ? value : value + '\t' + fitted);
  }
}
