package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.executor.process.internal.probe.VersionProbe;
import dev.runregistry.run.RuntimeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeTest {
  @TempDir private Path folder;

  private Path program(String script) throws IOException {
    Path program = folder.resolve("tunix");
    Files.writeString(program, "#!/bin/sh\n" + script);
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private String path() {
    return folder + ":/bin:/usr/bin";
  }

  /** That of an executor, with more time for an answer on a host that has other things to do. */
  private RuntimeProbe lookup(Map<String, @Nullable String> environment, Duration limit) {
    return new RuntimeProbe(
        new ExecutableFinder(folder.toFile(), path()),
        new VersionProbe(folder.toFile(), environment, limit));
  }

  private RuntimeStatus status(String program) {
    return lookup(Map.of(), Duration.ofMinutes(2)).status(program);
  }

  @Test
  void a_program_on_the_path_of_the_runs_is_available_and_says_its_version() throws IOException {
    program("[ \"$1\" = --version ] && echo tunix 0.3.1 && echo more");

    assertThat(status("tunix"))
        .isEqualTo(new RuntimeStatus(true, "tunix 0.3.1", "tunix is available"));
  }

  @Test
  void a_program_is_asked_without_the_variables_that_runs_do_not_have() throws IOException {
    program("echo \"home is ${HOME-not set}\"");

    Map<String, @Nullable String> without = new HashMap<>();
    without.put("HOME", null);
    RuntimeStatus status = lookup(without, Duration.ofMinutes(2)).status("tunix");

    assertThat(status.version()).contains("home is not set");
  }

  @Test
  void a_program_that_is_not_there_is_not_available() {
    LocalRunExecutor executor =
        LocalRunExecutor.builder().environment("PATH", path()).workingDirectory(folder).build();

    assertThat(executor.probe(List.of("no-such-program", "train")))
        .isEqualTo(new RuntimeStatus(false, null, "no-such-program: not found on PATH"));
  }

  @Test
  void a_message_names_no_path_of_the_host() throws IOException {
    Path program = program("exit 0");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-------"));

    assertThat(status(folder + "/none").message()).isEqualTo("none: no such file");
    assertThat(status(folder.toString()).message()).endsWith(": is a directory");
    assertThat(status("./tunix").message()).isEqualTo("tunix: permission denied");
  }

  @Test
  void a_program_that_does_not_know_the_question_is_available_without_a_version()
      throws IOException {
    program("echo unknown option; exit 2");

    assertThat(status("tunix")).isEqualTo(new RuntimeStatus(true, null, "tunix is available"));
  }

  @Test
  void a_program_that_does_not_answer_is_ended() throws IOException {
    program("echo $$ > " + folder + "/pid; exec sleep 600");

    RuntimeStatus status = lookup(Map.of(), Duration.ofSeconds(5)).status(folder + "/tunix");

    assertThat(status.version()).isNull();
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    LocalRuns.await(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void a_program_is_asked_once_until_its_file_changes() throws IOException {
    String script = "echo x >> " + folder + "/asked; echo 1.0";
    Path program = program(script);
    RuntimeProbe lookup = lookup(Map.of(), Duration.ofMinutes(2));
    lookup.status("tunix");
    lookup.status("tunix");
    assertThat(folder.resolve("asked")).hasContent("x");

    Files.setLastModifiedTime(program, FileTime.fromMillis(1_000));
    lookup.status("tunix");

    assertThat(folder.resolve("asked")).hasContent("x\nx");
  }

  @Test
  void a_long_or_garbled_version_is_cut_to_a_line() throws IOException {
    program("echo; printf '\\033[1m%0200d\\n' 7");

    assertThat(status("tunix").version()).hasSize(100).startsWith("[1m000");
  }

  @Test
  void what_a_program_says_on_stderr_is_not_its_version() throws IOException {
    program("echo \"$0: deprecated\" >&2; echo tunix 0.3.1");
    assertThat(status("tunix").version()).isEqualTo("tunix 0.3.1");

    program("echo \"$0: line 3: warning\" >&2");
    assertThat(status("tunix").version()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "pip 23.0 from /usr/lib/python3/my pip (python 3.11), pip 23.0 from",
    "tunix (/opt/venv/bin/tunix) 0.3.1, tunix",
    "/opt/tunix: 0.3.1,",
    "home=/root 0.3.1,",
    "file:/opt/tunix 0.3.1,",
    "0.3.1 in ~/.local, 0.3.1 in",
    "C:/tunix 0.3.1,",
    "0.3.1 of lib/tunix/main.py, 0.3.1 of",
    "0.3.1 at ../tunix, 0.3.1 at",
    "tunix/0.3.1 (GNU/Linux), tunix/0.3.1 (GNU/Linux)",
    "tunix 0.3.1 --token=sesame, tunix 0.3.1 --token=***",
  })
  void a_version_names_no_path_of_the_host_and_no_secret(String printed, String version)
      throws IOException {
    program("echo '" + printed + "'");

    assertThat(status("tunix").version()).isEqualTo(version);
  }

  @Test
  void a_line_that_is_nothing_but_a_path_is_passed_over() throws IOException {
    program("echo \"$0\"; echo tunix 0.3.1");

    assertThat(status("tunix").version()).isEqualTo("tunix 0.3.1");
  }
}
