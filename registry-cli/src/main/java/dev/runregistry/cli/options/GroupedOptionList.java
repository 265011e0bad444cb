package dev.runregistry.cli.options;

import dev.runregistry.cli.config.OptionDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The list of options in the help of a command, in groups with headings. An argument group of
 * picocli would also change how options are parsed.
 */
public final class GroupedOptionList implements IHelpSectionRenderer {
  private final Map<String, List<String>> groups = new LinkedHashMap<>();

  private GroupedOptionList(Map<String, List<OptionDefinition>> groups) {
    groups.forEach(
        (heading, options) ->
            this.groups.put(heading, options.stream().map(OptionDefinition::name).toList()));
  }

  /** Lists the options of a command by headings; last, as general ones, those of no group. */
  public static void addTo(CommandSpec command, Map<String, List<OptionDefinition>> groups) {
    command
        .usageMessage()
        .sectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptionList(groups));
  }

  @Override
  public String render(Help help) {
    List<OptionSpec> left = new ArrayList<>(help.commandSpec().options());
    left.removeIf(OptionSpec::hidden);
    Map<String, List<OptionSpec>> sections = new LinkedHashMap<>();
    groups.forEach(
        (heading, names) ->
            sections.put(
                heading,
                left.stream().filter(option -> names.contains(option.longestName())).toList()));
    sections.values().forEach(left::removeAll);
    sections.put("General", left);
    StringBuilder text = new StringBuilder();
    sections.forEach(
        (heading, options) -> {
          if (!options.isEmpty()) {
            text.append(section(help, heading, options));
          }
        });
    return text.toString();
  }

  private static String section(Help help, String heading, List<OptionSpec> options) {
    Help.Layout layout =
        help.createDefaultLayout(
            help.commandSpec().options(), List.of(), help.colorScheme()); // same columns in each
    layout.addOptions(options, help.createDefaultParamLabelRenderer());
    return "%n%s:%n".formatted(heading) + layout;
  }
}
