package dev.runregistry.cli.options;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of subcommands in the help of a command, in groups with headings. */
public final class GroupedCommandList implements IHelpSectionRenderer {
  private final Map<String, List<String>> groups;

  private GroupedCommandList(Map<String, List<String>> groups) {
    this.groups = groups;
  }

  /** Lists the subcommands of a command by headings; last, as other ones, those of no group. */
  public static void addTo(CommandSpec command, Map<String, List<String>> groups) {
    Map<String, IHelpSectionRenderer> sections = command.usageMessage().sectionMap();
    sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new GroupedCommandList(groups));
  }

  @Override
  public String render(Help help) {
    Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (heading, names) -> {
          Map<String, Help> group = new LinkedHashMap<>(left); // its keys have the aliases, too
          group.values().removeIf(command -> !names.contains(command.commandSpec().name()));
          left.keySet().removeAll(group.keySet());
          text.append(section(help, heading, group));
        });
    return left.isEmpty() ? text.toString() : text.append(section(help, "Other", left)).toString();
  }

  private static String section(Help help, String heading, Map<String, Help> commands) {
    return "%n%s:%n".formatted(heading) + help.commandList(commands);
  }
}
