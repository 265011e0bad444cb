package dev.runregistry.cli.diff;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.diff.RunDifferences.Difference;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.service.RunRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    description =
        "Compare two runs: what differs in their command, parameters, inputs, commit, environment,"
            + " host and outcome, and the last metrics of both, if this host has their output"
            + " directories.",
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
      List<Difference> differences = RunDifferences.between(first, second);
      List<Difference> metrics = metrics(first, second, parts.homeToRead());
      if (json) {
        caller.out().println(json(first, second, differences, metrics));
      } else {
        print(first, second, differences, metrics);
      }
      return 0;
    }
  }

  /** Returns the metrics of both runs, also those that are equal. */
  private static List<Difference> metrics(Run first, Run second, FileRunJournal home) {
    Map<String, String> ofFirst = metrics(first, home);
    Map<String, String> ofSecond = metrics(second, home);
    SortedSet<String> names = new TreeSet<>(ofFirst.keySet());
    names.addAll(ofSecond.keySet());
    List<Difference> metrics = new ArrayList<>();
    for (String name : names) {
      metrics.add(new Difference(name, ofFirst.get(name), ofSecond.get(name)));
    }
    return metrics;
  }

  private static Map<String, String> metrics(Run run, FileRunJournal home) {
    return home.workspace(run.id()).isPresent() ? RunMetrics.of(run) : Map.of();
  }

  private void print(
      Run first, Run second, List<Difference> differences, List<Difference> metrics) {
    int width =
        differences.stream().mapToInt(difference -> difference.field().length()).max().orElse(0);
    line("run", width, "< " + first.id());
    line("", width, "> " + second.id());
    for (Difference difference : differences) {
      line(difference.field(), width, "< " + text(difference.one()));
      line("", width, "> " + text(difference.other()));
    }
    if (differences.isEmpty()) {
      caller.say("no differences");
    }
    for (Difference metric : metrics) {
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
      Run first, Run second, List<Difference> differences, List<Difference> metrics) {
    return JsonLine.of(
        writer -> {
          writer.writeStartObject();
          writer.writeStringField("run_a", first.id().toString());
          writer.writeStringField("run_b", second.id().toString());
          for (Map.Entry<String, List<Difference>> part :
              List.of(Map.entry("differences", differences), Map.entry("metrics", metrics))) {
            writer.writeArrayFieldStart(part.getKey());
            for (Difference difference : part.getValue()) {
              writer.writeStartObject();
              writer.writeStringField("field", difference.field().replace(' ', '_'));
              writer.writeStringField("a", difference.one());
              writer.writeStringField("b", difference.other());
              writer.writeEndObject();
            }
            writer.writeEndArray();
          }
          writer.writeEndObject();
        });
  }
}
