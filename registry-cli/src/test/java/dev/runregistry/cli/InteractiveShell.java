package dev.runregistry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A shell on a pseudo-terminal, in which {@code registry} is a function that notes its arguments:
 * what a line became after the Tab key is what the function is called with. Values come from the
 * real program.
 */
final class InteractiveShell implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path noted;
  private final Process process;
  private final OutputStream keys;
  private final Path screen;

  /**
   * Starts the shell and waits until it has taken the script.
   *
   * @param directory where it is, and where its output and notes go
   * @param command what starts it, as one line for sh
   * @param setUp what is typed first, in which {@code NOTED} is the file of the notes
   */
  InteractiveShell(Path directory, Launcher launcher, String command, List<String> setUp)
      throws IOException {
    noted = directory.resolve("noted");
    screen = Files.createTempFile(directory, "screen", "");
    ProcessBuilder builder =
        launcher.builder(List.of("script", "-q", "-f", "-c", "exec " + command, "/dev/null"));
    builder.directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    for (String home : List.of("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR")) {
      Path made = Files.createTempDirectory(directory, "." + home);
      // where this is missing fish fills it, in the background and long after its own end
      Files.createDirectories(made.resolve("fish/generated_completions"));
      environment.put(home, made.toString());
    }
    environment.put("SHELL", "/bin/sh");
    environment.put("TERM", "xterm");
    environment.put("NOTED", noted.toString());
    environment.put("REGISTRY", Launcher.SCRIPT.toString());
    process =
        builder
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectErrorStream(true)
            .redirectOutput(screen.toFile())
            .start();
    keys = process.getOutputStream();
    for (String line : setUp) {
      type(line + "\r");
    }
    awaitScreen("it is ready");
  }

  private void type(String text) throws IOException {
    keys.write(text.getBytes(UTF_8));
    keys.flush();
  }

  /** What has been printed, without control sequences. */
  String screen() {
    try (InputStream in = Files.newInputStream(screen)) {
      return new String(in.readAllBytes(), UTF_8)
          .replaceAll("\u001B(\\[[0-9;?]*[A-Za-z]|\\(B)", "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  void awaitScreen(String text) {
    try {
      await().atMost(PATIENCE).until(() -> screen().contains(text));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not on the screen: " + text + "\n" + screen(), e);
    }
  }

  /** Types the line, the Tab key and Enter, and returns the arguments that come of it. */
  List<String> completed(String line) throws IOException {
    Files.deleteIfExists(noted);
    type(line + "\t\r");
    await().atMost(PATIENCE).until(() -> Files.exists(noted));
    return Files.readAllLines(noted);
  }

  /** Types the line and the Tab key twice, so that what there is to choose from is listed. */
  void list(String line) throws IOException {
    type(line + "\t\t");
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keys.close();
  }
}
