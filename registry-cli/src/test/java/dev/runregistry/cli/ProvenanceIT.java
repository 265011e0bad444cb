package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.console.VersionNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of where a run comes from, through the launcher; git has to be installed. */
class ProvenanceIT {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir private Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  private String git(String... arguments) {
    List<String> words =
        Stream.concat(
                Stream.of("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org"),
                Stream.of(arguments))
            .toList();
    Result result = Launcher.result(launcher.startCommand(words));
    assertThat(result.code()).describedAs(result.err()).isZero();
    return result.out().strip();
  }

  /** So that the run can wait until git has answered, however long that takes here. */
  private Path gitThatTouches(Path file) throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    String real =
        Stream.of(System.getenv("PATH").split(":"))
            .map(place -> Path.of(place, "git"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow()
            .toString();
    Path script =
        Files.writeString(
            bin.resolve("git"), "#!/bin/sh\n'%s' \"$@\"\n: > '%s'\n".formatted(real, file));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return bin;
  }

  private String shown(String id, String... options) {
    String[] arguments =
        Stream.concat(Stream.of("runs", "show", id), Stream.of(options)).toArray(String[]::new);
    return new Session(launcher.home()).registry(arguments).out();
  }

  @Test
  void a_run_in_a_repository_is_recorded_with_its_commit_and_its_changes() throws IOException {
    Path work = Files.createDirectory(folder.resolve("work"));
    launcher.in(work);
    git("init", "-q");
    Files.writeString(work.resolve("train.py"), "print(1)\n");
    git("add", "train.py");
    git("commit", "-q", "-m", "first");
    String commit = git("rev-parse", "HEAD");
    Files.writeString(work.resolve("train.py"), "print(2)\n");
    launcher.with("TZ", "Asia/Kolkata").with("HF_TOKEN", "hunter2");

    launcher.with("PATH", gitThatTouches(folder.resolve("asked")) + ":" + System.getenv("PATH"));

    Result run =
        launcher.registry(
            "run",
            "--",
            "sh",
            "-c",
            "echo $RUN_REGISTRY_RUN_ID; until [ -e ../asked ]; do sleep 0.05; done");

    assertThat(run.code()).describedAs(run.err()).isZero();
    String id = run.out().strip();
    assertThat(shown(id, "--json"))
        .containsPattern(
            "\"message\":\"[^\"]*\",\"reason\":\"exited\",\"executor\":\"process\",\"external_id\":null,\"host\":\"[^\"]+\",\"host_last_seen\":null,\"pending_reason\":null,"
                + "\"name\":null,\"tags\":\\{\\},\"note\":null,\"parent_run_id\":null,"
                + "\"provenance\":\\{\"host\":\"[^\"]+\",\"user\":\"")
        .contains("\"working_dir\":\"" + work.toRealPath() + "\"")
        .contains("\"git_commit\":\"" + commit + "\",\"git_dirty\":true")
        .contains("\"registry_version\":\"" + VersionNumber.TEXT + "\"")
        .contains("\"TZ\":\"Asia/Kolkata\"")
        .doesNotContain("hunter2", "HF_TOKEN");
    assertThat(shown(id))
        .contains("git         " + commit + ", with changes\n")
        .contains("work dir    " + work.toRealPath() + "\n")
        .contains("variable    TZ=Asia/Kolkata\n");
  }

  @Test
  void which_variables_are_recorded_is_for_the_user_to_say() {
    launcher.with("SLURM_JOB_NAME", "fit").with("SLURM_JWT", "hunter2").with("TZ", "UTC");
    List<String> print = List.of("sh", "-c", "echo $RUN_REGISTRY_RUN_ID");

    Result some = launcher.registry(run("SLURM_*", print));
    Result none = launcher.registry(run("none", print));

    assertThat(shown(some.out().strip(), "--json"))
        .contains("\"SLURM_JOB_NAME\":\"fit\"")
        .doesNotContain("\"TZ\"");
    assertThat(shown(none.out().strip(), "--json")).contains("\"environment\":{}");
  }

  private static String[] run(String allowed, List<String> command) {
    return Stream.concat(Stream.of("run", "--env-allow", allowed, "--"), command.stream())
        .toArray(String[]::new);
  }

  @Test
  void a_secret_reaches_the_command_and_nothing_that_is_kept() throws IOException {
    Result run =
        launcher.registry(
            "run",
            "--json",
            "--",
            "sh",
            "-c",
            "test \"$2\" = hunter2 && echo same >&2",
            "sh",
            "--password",
            "hunter2");

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEqualTo("same\n");
    assertThat(run.out()).contains("\"--password\",\"***\"").doesNotContain("\"hunter2\"");
    try (Stream<Path> kept = Files.walk(launcher.home())) {
      for (Path file : kept.filter(Files::isRegularFile).toList()) {
        // in the script it is what the test itself compares with
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text.replace("= hunter2", "")).describedAs("%s", file).doesNotContain("hunter2");
      }
    }
  }

  @Test
  void an_inherited_trace_is_handed_on_unchanged() {
    launcher.with("TRACEPARENT", PARENT).with("TRACESTATE", "a=1");

    assertThat(launcher.registry("run", "--", "sh", "-c", "echo $TRACEPARENT $TRACESTATE").out())
        .isEqualTo(PARENT + " a=1\n");
  }

  @Test
  void a_log_over_its_limit_keeps_its_beginning_and_says_so() throws IOException {
    Result run = launcher.registry("run", "--json", "--log-limit", "20K", "--", "seq", "100000");

    assertThat(run.code()).isZero();
    assertThat(run.err().lines()).describedAs("what is shown as it comes").hasSize(100_000);
    assertThat(run.out())
        .contains("the log of stdout has the first 20480 of 588895 bytes")
        .contains("[output truncated: kept the first 10240 of 588895 bytes]");
    Result logs = launcher.registry("runs", "logs", idOf(run.out()));
    assertThat(logs.out()).hasSize(20_480).startsWith("1\n2\n");
    assertThat(logs.err())
        .isEqualTo("registry: the log of stdout has the first 20480 of 588895 bytes\n");
  }

  private static String idOf(String document) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(document)) {
      while (json.nextToken() != JsonToken.FIELD_NAME || !json.currentName().equals("run_id")) {
        assertThat(json.currentToken()).isNotNull();
      }
      return json.nextTextValue();
    }
  }
}
