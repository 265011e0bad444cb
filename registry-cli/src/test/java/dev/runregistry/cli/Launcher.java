package dev.runregistry.cli;

import static org.awaitility.Awaitility.await;

import dev.runregistry.testkit.process.DefaultSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code bin/registry}, started as a user would. Each has a home of its own, with a database that
 * has been migrated; all share one cache, so that the class-data archive is built once.
 */
final class Launcher {
  static final Path SOURCES = Path.of("").toAbsolutePath().getParent();
  static final Path SCRIPT = SOURCES.resolve("bin/registry");

  /** What the script reads for its rarer tasks. */
  static final Path PARTS = SOURCES.resolve("registry-cli/src/main/launcher");

  /** What the build lays out. */
  static final Path LAYOUT = Path.of("target/registry").toAbsolutePath();

  static final Path CACHE = Path.of("target/cache").toAbsolutePath();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  static {
    awaitArchive("run");
  }

  private final Path folder;
  private final Map<String, @Nullable String> variables = new HashMap<>();
  private boolean migrated = true;
  private Path script = SCRIPT;
  private Path directory;
  private List<String> host = List.of();
  private ProcessBuilder.Redirect stdin =
      ProcessBuilder.Redirect.from(new java.io.File("/dev/null"));

  Launcher(Path folder) {
    this.folder = folder;
    directory = folder;
    variables.put("REGISTRY_HOME", home().toString());
    variables.put("XDG_CACHE_HOME", CACHE.toString());
    variables.put("XDG_CONFIG_HOME", folder.toString());
    variables.put("REGISTRY_JAVA", JAVA);
  }

  /**
   * Builds the archive of the server in the cache that all share, and returns when it is there. It
   * takes as much processor time as twenty starts of the server, so all have the same one.
   */
  static void buildServerArchive() {
    awaitArchive("serve");
  }

  private static void awaitArchive(String command) {
    await().atMost(PATIENCE).pollInSameThread().until(() -> buildArchive(command) == 0);
  }

  /**
   * Builds the archives in the cache that all share, before the first start: beside the tests of
   * other processes the build in the background, which is nice, would not come to its end for long.
   * Another process may be at it, which is no failure.
   *
   * @return the exit code: 0 if they are there
   */
  private static int buildArchive(String command) {
    try {
      ProcessBuilder build = new ProcessBuilder(SCRIPT.toString(), command);
      build.environment().put("REGISTRY_CDS", "build");
      build.environment().put("XDG_CACHE_HOME", CACHE.toString());
      build.environment().put("REGISTRY_JAVA", JAVA);
      return build
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .onExit()
          .join()
          .exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What a process left behind. */
  record Result(int code, String out, String err) {}

  Path home() {
    return folder.resolve("home");
  }

  /** Leaves the home to the first start, which makes it and migrates its database. */
  Launcher withoutHome() {
    migrated = false;
    return this;
  }

  Launcher with(String variable, @Nullable String value) {
    variables.put(variable, value);
    return this;
  }

  /**
   * Starts everything on another host from now on, as far as a program can tell: with another name,
   * installation and boot. The two share processes and files, and each should have its own home.
   */
  Launcher onHost(String name) {
    try {
      Path machine =
          Files.writeString(
              folder.resolve("machine-id"),
              UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                      .toString()
                      .replace("-", "")
                  + "\n");
      Path boot =
          Files.writeString(
              folder.resolve("boot-id"),
              UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)) + "\n");
      host =
          List.of(
              "unshare",
              "--user",
              "--map-root-user",
              "--uts",
              "--mount",
              "sh",
              "-ec",
              "hostname \"$1\"; mount --bind \"$2\" /etc/machine-id;"
                  + " mount --bind \"$3\" /proc/sys/kernel/random/boot_id; shift 3; exec \"$@\"",
              "sh",
              name,
              machine.toString(),
              boot.toString());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Launcher script(Path other) {
    script = other;
    return this;
  }

  Launcher in(Path other) {
    directory = other;
    return this;
  }

  Launcher stdin(Path file) {
    stdin = ProcessBuilder.Redirect.from(file.toFile());
    return this;
  }

  /** Waits for the end. */
  Result registry(String... arguments) {
    return result(start(List.of(arguments)));
  }

  /** A process whose output goes to files. */
  Started start(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(arguments);
    return startCommand(command);
  }

  /** The same with any other program in the same environment. */
  Started startCommand(List<String> command) {
    try {
      Path out = Files.createTempFile(folder, "out", "");
      Path err = Files.createTempFile(folder, "err", "");
      Process process =
          builder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      return new Started(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProcessBuilder builder(List<String> command) {
    if (migrated) {
      MigratedHome.copyTo(home());
    }
    List<String> words = new ArrayList<>(host);
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(DefaultSignals.command(words))
            .directory(directory.toFile())
            .redirectInput(stdin);
    variables.forEach(
        (name, value) -> {
          if (value == null) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    return builder;
  }

  static Result result(Started started) {
    try {
      if (!started.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        started.process.destroyForcibly();
        throw new AssertionError("still running after " + PATIENCE + ": " + started.err());
      }
      return new Result(started.process.exitValue(), started.out(), started.err());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A process that has been started, and what it has printed so far. */
  record Started(Process process, Path outFile, Path errFile) {
    String out() {
      return read(outFile);
    }

    String err() {
      return read(errFile);
    }

    private static String read(Path file) {
      try {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
