package dev.runregistry.executor.host;

import dev.runregistry.internal.host.HelperProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts processes of the registry that outlive the one that starts them. */
public final class DetachedProcess {
  /** Perl is there wherever runs are; {@code setsid} may not be. Closes what Java left open. */
  private static final String NEW_SESSION =
      "use POSIX (); POSIX::setsid(); POSIX::close($_) for 3 .. 255; exec { $ARGV[0] } @ARGV; exit 127";

  private DetachedProcess() {}

  /**
   * Starts the command in a session of its own, without stdin, in the working directory of this
   * process, and returns at once. It ends with no terminal and no signal of this process.
   *
   * @param variables set in addition to those of this process, or instead
   * @param log the file that its output is appended to
   * @throws IOException if it cannot be started
   */
  public static void start(List<String> command, Map<String, String> variables, Path log)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("perl", "-e", NEW_SESSION, "--"));
    words.addAll(command);
    HelperProcess.startDetached(words, variables, log.toFile());
  }
}
