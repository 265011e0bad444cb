package dev.runregistry.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Checks that arguments arrived as they were typed. Java turns bytes that its locale cannot decode
 * into question marks, and a run would be started, and recorded, with another command than was
 * typed.
 */
public final class ArgumentEncodingCheck {
  private static final Path ALL = Path.of("/proc/self/cmdline");

  private ArgumentEncodingCheck() {}

  /** Returns what is wrong with the arguments of this process; empty for nothing, or if unknown. */
  public static Optional<String> problem(String[] arguments) {
    try {
      return problem(arguments, Files.readAllBytes(ALL));
    } catch (IOException e) { // not Linux
      return Optional.empty();
    }
  }

  /**
   * Compares.
   *
   * @param raw those of the JVM and ours, each followed by a NUL
   */
  public static Optional<String> problem(String[] arguments, byte[] raw) {
    int end = raw.length;
    for (int i = arguments.length - 1; i >= 0; i--) {
      int begin = end - 1;
      while (begin > 0 && raw[begin - 1] != 0) {
        begin--;
      }
      if (begin < 0) {
        return Optional.empty();
      }
      byte[] seen = arguments[i].getBytes(StandardCharsets.UTF_8);
      if (!Arrays.equals(raw, begin, end - 1, seen, 0, seen.length)) {
        return Optional.of(
            "argument %d is not valid UTF-8, so it cannot be recorded".formatted(i + 1));
      }
      end = begin;
    }
    return Optional.empty();
  }
}
