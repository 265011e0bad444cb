package dev.runregistry.cli.diff;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.json.LastMetrics;
import dev.runregistry.json.RunJson;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.compare.RunDifference;
import dev.runregistry.run.compare.RunDifferences;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry diff}. */
@Command(
    name = "diff",
    aliases = "compare",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compare two runs.",
      "Prints what differs in their command, parameters, inputs, commit, environment, host and"
          + " outcome, and the last metrics of both, if this host has their output directories."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry diff @2 @latest              the last two runs",
      "  registry diff 01a2b6f0 @failed --json"
    })
public final class DiffCommand implements Callable<Integer> {
  private static final String NONE = "-";

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(index = "0", paramLabel = "ID", description = RunLookup.HELP)
  private String one;

  @Parameters(index = "1", paramLabel = "ID", description = "The run to compare it with.")
  private String other;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public DiffCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reconciled(database);
      RunLookup lookup = new RunLookup(registry);
      Run first = registry.get(lookup.idOf(one));
      Run second = registry.get(lookup.idOf(other));
      List<RunDifference> differences = RunDifferences.between(first, second);
      FileRunJournal home = parts.homeToRead();
      List<RunDifference> metrics =
          LastMetrics.sideBySide(metrics(first, home), metrics(second, home));
      if (json) {
        caller.out().println(json(first, second, differences, metrics));
      } else {
        print(first, second, differences, metrics);
      }
      return 0;
    }
  }

  /** Returns the metrics of a run of this host; empty if it has none, or not for this user. */
  private static Map<String, String> metrics(Run run, FileRunJournal home) {
    Provenance known = run.provenance();
    String directory = run.spec().outputDir();
    if (known == null || directory == null || home.workspace(run.id()).isEmpty()) {
      return Map.of();
    }
    try {
      Path file = Path.of(known.workingDirectory()).resolve(directory).resolve(LastMetrics.FILE);
      try (FileChannel metrics = RegularFiles.open(file, LinkOption.NOFOLLOW_LINKS)) {
        return LastMetrics.of(metrics);
      }
    } catch (IOException | InvalidPathException e) {
      // all commands are loaded before the log level is set, which the first logger reads
      LoggerFactory.getLogger(DiffCommand.class).debug("no metrics of run {}", run.id(), e);
      return Map.of();
    }
  }

  private void print(
      Run first, Run second, List<RunDifference> differences, List<RunDifference> metrics) {
    int width =
        differences.stream().mapToInt(difference -> difference.field().length()).max().orElse(0);
    line("run", width, "< " + first.id());
    line("", width, "> " + second.id());
    for (RunDifference difference : differences) {
      line(difference.field(), width, "< " + text(difference.one()));
      line("", width, "> " + text(difference.other()));
    }
    if (differences.isEmpty()) {
      caller.say("no differences");
    }
    for (RunDifference metric : metrics) {
      caller
          .out()
          .println(
              "metric %s  < %s  > %s"
                  .formatted(
                      TerminalText.line(metric.field()), text(metric.one()), text(metric.other())));
    }
  }

  private static String text(@Nullable String value) {
    return value == null ? NONE : TerminalText.line(value);
  }

  private void line(String field, int width, String value) {
    caller
        .out()
        .println(
            TerminalText.line(field)
                + " ".repeat(Math.max(0, width - field.length()))
                + "  "
                + value);
  }

  private static String json(
      Run first, Run second, List<RunDifference> differences, List<RunDifference> metrics) {
    return JsonLine.of(
        writer -> RunJson.writeComparison(writer, first.id(), second.id(), differences, metrics));
  }
}
