package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Launcher.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/registry doctor} on hosts with real faults. */
class DoctorIT {
  @TempDir private Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  /**
   * Returns the result on a file system of its own for the home, with a database in it.
   *
   * @param prepare shell commands; {@code $1} is the home
   */
  private Result doctorOnFileSystem(String prepare) {
    ShellTools.needOtherHost();
    List<String> command =
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-ec",
            "cp \"$1/registry.db\" \"$2\"; mount -t tmpfs -o mode=700,size=8m tmpfs \"$1\";"
                + " cp \"$2\" \"$1/registry.db\"; "
                + prepare
                + "; exec \"$3\" doctor --min-free 2M",
            "sh",
            launcher.home().toString(),
            folder.resolve("copy").toString(),
            Launcher.SCRIPT.toString());
    return Launcher.result(launcher.startCommand(command));
  }

  @Test
  void a_read_only_file_system_is_an_error_of_home_and_database() {
    Result result = doctorOnFileSystem("mount -o remount,ro \"$1\"");

    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.out())
        .containsPattern("(?m)^error +home .*cannot be written: .*; no run starts")
        .containsPattern("(?m)^error +database .*registry.db is read-only, SQLite");
  }

  @Test
  void a_disk_that_is_nearly_full_is_a_warning_and_a_full_one_an_error() {
    Result nearly = doctorOnFileSystem("head -c 6M /dev/zero >\"$1/fill\"; test -s \"$1/fill\"");
    Result full = doctorOnFileSystem("cat /dev/zero >\"$1/fill\" 2>\"$2.err\" || true");

    assertThat(nearly.code()).as(nearly.out() + nearly.err()).isZero();
    assertThat(nearly.out())
        .containsPattern("(?m)^warning +disk +1\\.\\d MiB of 8\\.0 MiB are free")
        .containsPattern("(?m)^warning +home .*file system tmpfs, which a restart of the host");
    assertThat(full.code()).as(full.err()).isEqualTo(1);
    assertThat(full.out())
        .containsPattern("(?m)^error +disk +[0-9.]+ (B|KiB) of 8\\.0 MiB are free")
        .containsPattern("(?m)^error +home .*cannot be written: No space left on device");
  }

  @Test
  void a_host_without_perl_and_git_is_told_what_needs_them() throws IOException {
    launcher.with("PATH", pathWithout("perl", "git").toString());

    Result result = launcher.registry("doctor");

    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.out())
        .containsPattern("(?m)^error +perl +perl: not found on PATH; .*apt-get install perl")
        .containsPattern("(?m)^warning +git +git: not found on PATH; ");
  }

  /** Returns a directory with links to all programs but these. */
  private Path pathWithout(String... programs) throws IOException {
    Path path = Files.createDirectory(folder.resolve("bin"));
    for (String place : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isDirectory(Path.of(place))) {
        for (Path program : children(Path.of(place))) {
          link(path, program, List.of(programs));
        }
      }
    }
    return path;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new ArrayList<>(files.toList());
    }
  }

  private static void link(Path path, Path program, List<String> without) throws IOException {
    String name = program.getFileName().toString();
    if (!without.contains(name)) {
      try {
        Files.createSymbolicLink(path.resolve(name), program);
      } catch (FileAlreadyExistsException e) {
        return; // an earlier place has it
      }
    }
  }
}
