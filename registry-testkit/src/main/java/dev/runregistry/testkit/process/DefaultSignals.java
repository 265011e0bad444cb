package dev.runregistry.testkit.process;

import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs with signals as a terminal has them: what {@code nohup}, {@code &} in a script or
 * a build server ignores is ignored by all that it starts, and no shell can undo it.
 */
public final class DefaultSignals {
  /** The latter only because env takes the name of a program with a {@code =} for a variable. */
  private static final List<String> PREFIX =
      List.of("env", "--default-signal=HUP,INT,QUIT", "nice", "-n", "0");

  private DefaultSignals() {}

  /** Returns the command that starts this one, in the same process. */
  public static List<String> command(List<String> command) {
    List<String> words = new ArrayList<>(PREFIX);
    words.addAll(command);
    return words;
  }

  /** Returns the command that starts this one, in the same process. */
  public static String[] command(String... command) {
    return command(List.of(command)).toArray(String[]::new);
  }
}
