package dev.runregistry.cli.run;

import java.util.List;

/**
 * The arguments of {@code registry run}, cut at the first {@code --}: what follows is the command's
 * own business, and nothing of it is ever interpreted.
 *
 * @param options what comes before
 * @param command what comes after; empty when there is nothing, or no {@code --}
 * @param hasCommand whether there was a {@code --}
 */
public record SplitArguments(List<String> options, List<String> command, boolean hasCommand) {

  public static SplitArguments of(List<String> arguments) {
    int end = arguments.indexOf("--");
    if (end < 0) {
      return new SplitArguments(arguments, List.of(), false);
    }
    return new SplitArguments(
        arguments.subList(0, end), arguments.subList(end + 1, arguments.size()), true);
  }
}
