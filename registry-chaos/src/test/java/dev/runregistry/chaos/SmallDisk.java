package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system in memory that can be full, read-only, or gone. It is mounted in a namespace of its
 * own, by a process that does nothing but keep it, and is reached through that process's {@code
 * /proc/<pid>/root}: this needs no rights, and nothing of it outlives that process.
 */
final class SmallDisk implements AutoCloseable {
  private static final int CHUNK = 512;

  private final Process keeper;
  private final Path place;

  private SmallDisk(Process keeper, Path place) {
    this.keeper = keeper;
    this.place = place;
  }

  /** A disk of so many KiB, mounted in the namespace of its own over that folder. */
  static SmallDisk of(int kibibytes, Path folder) throws IOException {
    Files.createDirectories(folder);
    Process keeper =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                // the shell does what it reads, and ends with its stdin
                "mount -t tmpfs -o size=%dk small \"$0\" && echo mounted; exec sh"
                    .formatted(kibibytes),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader said = keeper.inputReader(StandardCharsets.UTF_8);
    assertThat(said.readLine()).as("a disk can be mounted by unshare").isEqualTo("mounted");
    return new SmallDisk(keeper, folder);
  }

  /** A folder on it. */
  Path folder() {
    return Path.of("/proc/" + keeper.pid() + "/root" + place.toAbsolutePath());
  }

  /** The command, for which the disk is mounted where it was said. */
  List<String> inside(List<String> command) {
    List<String> words =
        new ArrayList<>(
            List.of("nsenter", "--user", "--mount", "--preserve-credentials", "--target"));
    words.add(Long.toString(keeper.pid()));
    words.addAll(command);
    return words;
  }

  /** Leaves not a byte. */
  void fill() throws IOException {
    Path ballast = folder().resolve("ballast-" + Files.list(folder()).count());
    try (OutputStream out =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(new byte[CHUNK]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /** Makes room again. */
  void empty() throws IOException {
    List<Path> ballast = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder(), "ballast-*")) {
      files.forEach(ballast::add);
    }
    for (Path file : ballast) {
      Files.delete(file);
    }
  }

  void makeReadOnly() throws IOException {
    tell("mount -o remount,ro small '" + place.toAbsolutePath() + "'");
  }

  /** What is open stays open; nobody finds it again. */
  void unmount() throws IOException {
    tell("umount -l '" + place.toAbsolutePath() + "'");
  }

  private void tell(String command) throws IOException {
    OutputStream stdin = keeper.getOutputStream();
    stdin.write((command + "; echo \"done $?\"\n").getBytes(StandardCharsets.UTF_8));
    stdin.flush();
    assertThat(keeper.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("done 0");
  }

  @Override
  public void close() {
    keeper.destroyForcibly().onExit().join();
  }
}
