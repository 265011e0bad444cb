package dev.runregistry.cli.text;

import dev.runregistry.internal.host.HelperProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The properties of the terminal, if output goes to one. */
public interface Terminal {
  /** Returns whether stdout is a terminal. */
  boolean isOutput();

  /** Returns whether stderr is a terminal. */
  boolean isError();

  /** Returns whether stdin is a terminal. */
  default boolean isInput() {
    return false;
  }

  /** Reads the line that is typed; empty if there is none, or stdin is no terminal. */
  default Optional<String> readLine() {
    return Optional.empty();
  }

  /** Returns the number of columns of a line of output; empty if it is not limited. */
  OptionalInt columns();

  /** Returns the number of lines of the screen; empty if it is not known. */
  default OptionalInt rows() {
    return OptionalInt.empty();
  }

  /**
   * Returns whether output may have colours: never with NO_COLOR, else always with FORCE_COLOR or
   * CLICOLOR_FORCE (but 0), else on a terminal that is not dumb.
   */
  boolean hasColour();

  /** The one this process was started in. */
  public static Terminal of(Map<String, String> environment) {
    return new ProcessTerminal(environment);
  }

  /** Queries the terminal only when a method is called: starting a run needs none of this. */
  public final class ProcessTerminal implements Terminal {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int USUAL_COLUMNS = 80;
    private static final int LEAST_COLUMNS = 20;
    private static final int MAX_SIZE_BYTES = 100;

    private final Map<String, String> environment;

    private ProcessTerminal(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public boolean isOutput() {
      return isTerminal(1);
    }

    @Override
    public boolean isError() {
      return isTerminal(2);
    }

    @Override
    public boolean isInput() {
      return isTerminal(0);
    }

    @Override
    public Optional<String> readLine() {
      try {
        return Optional.ofNullable(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .readLine());
      } catch (IOException e) { // the terminal is gone
        return Optional.empty();
      }
    }

    private static boolean isTerminal(int descriptor) {
      try {
        String target =
            Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor))).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException e) { // no /proc: Java cannot tell, so nothing that only suits a person
        return false;
      }
    }

    @Override
    public OptionalInt columns() {
      OptionalInt said = number(environment.getOrDefault("COLUMNS", ""));
      if (said.isPresent()) {
        return OptionalInt.of(Math.max(said.getAsInt(), LEAST_COLUMNS));
      }
      if (!isOutput()) {
        return said;
      }
      OptionalInt asked = number(size().replaceFirst("^\\d+ ", ""));
      return OptionalInt.of(Math.max(asked.orElse(USUAL_COLUMNS), LEAST_COLUMNS));
    }

    @Override
    public OptionalInt rows() {
      OptionalInt said = number(environment.getOrDefault("LINES", ""));
      return said.isPresent() || !isOutput() ? said : number(size().replaceFirst(" .*", ""));
    }

    // rows and columns; Java cannot ask; stty can, on every POSIX system
    private static String size() {
      try {
        return new HelperProcess(List.of("stty", "size"), MAX_SIZE_BYTES, Duration.ofSeconds(1))
            .reading(new File("/dev/tty"))
            .run()
            .map(size -> size.output().strip())
            .orElse("");
      } catch (IOException e) {
        return "";
      }
    }

    private static OptionalInt number(String text) {
      try {
        int number = Integer.parseInt(text);
        return number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
      } catch (NumberFormatException e) {
        return OptionalInt.empty();
      }
    }

    @Override
    public boolean hasColour() {
      return environment.getOrDefault("NO_COLOR", "").isEmpty()
          && (isForced("FORCE_COLOR")
              || isForced("CLICOLOR_FORCE")
              || (!"dumb".equals(environment.get("TERM")) && isOutput()));
    }

    private boolean isForced(String variable) {
      String value = environment.getOrDefault(variable, "");
      return !value.isEmpty() && !value.equals("0");
    }
  }
}
