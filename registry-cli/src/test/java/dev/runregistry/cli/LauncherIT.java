package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/registry} itself: where it may be, what it builds, what it tolerates. */
class LauncherIT {
  private static final Duration A_BUILD = Duration.ofSeconds(300);

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  /** An installation of its own: the launcher beside links to the jars. */
  private Path installed(Path root) throws IOException {
    Files.createDirectories(root.resolve("bin"));
    Files.createSymbolicLink(root.resolve("lib"), Launcher.LAYOUT.resolve("lib"));
    return Files.copy(Launcher.SCRIPT, root.resolve("bin/registry"));
  }

  @Test
  void it_may_be_anywhere_behind_links_and_in_folders_with_spaces() throws IOException {
    Path script = installed(folder.resolve("a b/ü"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), script);
    Path relative = Files.createSymbolicLink(folder.resolve("relative"), Path.of("link"));
    launcher.with("REGISTRY_CDS", "off");

    for (Path path :
        List.of(
            script, link, relative, Path.of("./relative"), Path.of("a b/ü/bin/../bin/registry"))) {
      assertThat(launcher.script(path).registry("--version").out())
          .as(path.toString())
          .startsWith("registry ");
    }
  }

  @Test
  void it_is_found_in_the_path() {
    Result result =
        Launcher.result(
            launcher
                .with("PATH", Launcher.SCRIPT.getParent() + ":" + System.getenv("PATH"))
                .startCommand(List.of("sh", "-c", "registry --version")));

    assertThat(result.out()).startsWith("registry ");
  }

  @Test
  void a_run_waited_for_jooq_to_wake_up() throws IOException {
    launcher.with("REGISTRY_CDS", "off");
    Path classes = folder.resolve("classes.log");
    launcher.with("REGISTRY_JAVA_OPTS", "-Xlog:class+load:file=" + classes);

    assertThat(launcher.registry("run", "--", "true").code()).isZero();
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.contains(" org.sqlite.SQLiteConnection "))
        .noneMatch(line -> line.contains(" org.jooq.impl.SQLDataType "));

    assertThat(launcher.registry("runs").out()).hasLineCount(2);
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.contains(" org.jooq.impl.SQLDataType "));
  }

  @Test
  void a_run_unpacks_nothing_into_the_temporary_folder() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    FileTime before = Files.getLastModifiedTime(temporary);
    launcher.with("REGISTRY_CDS", "off");
    launcher.with("REGISTRY_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);

    assertThat(launcher.registry("run", "--", "true").code()).isZero();

    // the driver's own copy is deleted at the end, and its folder's time has changed
    assertThat(Files.getLastModifiedTime(temporary)).isEqualTo(before);
  }

  @Test
  void a_cache_that_cannot_be_written_is_no_obstacle() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(launcher.with("XDG_CACHE_HOME", file + "/cache").registry("run", "--", "echo", "on"))
        .isEqualTo(new Result(0, "on\n", ""));
    assertThat(
            launcher
                .with("XDG_CACHE_HOME", null)
                .with("HOME", null)
                .registry("run", "--", "echo", "on"))
        .isEqualTo(new Result(0, "on\n", ""));
  }

  @Test
  void a_folder_that_was_deleted_is_125_and_a_sentence() {
    Result result =
        Launcher.result(
            launcher.startCommand(
                List.of(
                    "sh",
                    "-c",
                    "mkdir gone; cd gone; rmdir ../gone; exec 2>&1; exec \"$0\" run -- true",
                    Launcher.SCRIPT.toString())));

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()) // the shell may complain first
        .endsWith(
            "registry: the current directory does not exist any more; change to another one\n")
        .doesNotContain("\tat ");
  }

  @Test
  void without_java_it_says_what_to_set() {
    Result missing = launcher.with("REGISTRY_JAVA", "/no/such/java").registry("--version");

    assertThat(missing)
        .isEqualTo(
            new Result(125, "", "registry: no Java found: /no/such/java cannot be executed\n"));
  }

  @Test
  void an_installation_uses_its_own_runtime_unless_told_otherwise() throws IOException {
    Path script = installed(folder.resolve("whole"));
    Launcher.executable(folder.resolve("whole/runtime/bin/java"), "#!/bin/sh\necho its own\n");
    Path other = Launcher.executable(folder.resolve("jdk/bin/java"), "#!/bin/sh\necho another\n");
    launcher.script(script).with("REGISTRY_CDS", "off").with("JAVA_HOME", folder + "/jdk");

    assertThat(launcher.with("REGISTRY_JAVA", null).registry("--version").out())
        .isEqualTo("its own\n");
    assertThat(launcher.with("REGISTRY_JAVA", other.toString()).registry("--version").out())
        .isEqualTo("another\n");
  }

  @Test
  void an_old_java_is_refused() throws IOException {
    Path java = Launcher.executable(folder.resolve("jdk/bin/java"), "#!/bin/sh\nexit 1\n");
    Files.writeString(
        folder.resolve("jdk/release"), "IMPLEMENTOR=\"X\"\nJAVA_RUNTIME_VERSION=\"11.0.2+9\"\n");

    assertThat(launcher.with("REGISTRY_JAVA", java.toString()).registry("--version").err())
        .isEqualTo("registry: Java 17 or newer is needed, %s is 11\n", java);
  }

  @Test
  void an_installation_that_is_not_whole_says_so() throws IOException {
    Path script =
        Launcher.executable(
            folder.resolve("empty/bin/registry"), Files.readString(Launcher.SCRIPT));

    assertThat(launcher.script(script).registry("--version"))
        .isEqualTo(
            new Result(
                125,
                "",
                "registry: incomplete installation: %s/empty/lib/build-id is missing\n"
                    .formatted(folder)));
    Files.writeString(
        Files.createDirectories(folder.resolve("empty/lib")).resolve("build-id"), "1\n");
    assertThat(launcher.script(script).registry("run", "--", "true").err())
        .isEqualTo(
            "registry: incomplete installation: %s/empty/lib/registry-cli-*.jar is missing\n"
                .formatted(folder));
  }

  /** A source checkout, with a Maven that does what the test says. */
  private Path checkout(String maven) throws IOException {
    Path root = folder.resolve("checkout");
    Path scripts = Files.createDirectories(root.resolve("registry-cli/src/main"));
    Files.createSymbolicLink(scripts.resolve("launcher"), Launcher.PARTS);
    Files.createFile(root.resolve("pom.xml"));
    Launcher.executable(
        folder.resolve("bin/mvn"), "#!/bin/sh\necho called >>'" + folder + "/calls'\n" + maven);
    launcher
        .with("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"))
        .with("REGISTRY_CDS", "off");
    return Launcher.executable(root.resolve("bin/registry"), Files.readString(Launcher.SCRIPT));
  }

  @Test
  void two_first_starts_in_a_checkout_build_it_once_and_say_so_in_a_line() throws IOException {
    launcher.script(
        checkout(
            "echo noise; until [ -e ../go ]; do sleep 0.05; done; mkdir -p registry-cli/target/registry; ln -s '"
                + Launcher.LAYOUT
                + "/lib' registry-cli/target/registry/lib"));

    Started one = launcher.start(List.of("run", "--", "echo", "one"));
    Started other = launcher.start(List.of("run", "--", "echo", "other"));
    await().atMost(A_BUILD).until(() -> (one.err() + other.err()).contains("waiting"));
    Files.createFile(folder.resolve("go"));

    assertThat(Launcher.result(one).out()).isEqualTo("one\n");
    assertThat(Launcher.result(other).out()).isEqualTo("other\n");
    assertThat(folder.resolve("calls")).hasContent("called");
    assertThat((one.err() + other.err()).lines())
        .containsExactlyInAnyOrder(
            "registry: building for the first start, about a minute (log: %s/checkout/registry-cli/target/build.log)"
                .formatted(folder),
            "registry: waiting for another build");
  }

  @Test
  void a_build_that_fails_is_125_with_the_end_of_its_log() throws IOException {
    launcher.script(checkout("echo one; echo BOOM >&2; exit 1"));

    Result result = launcher.registry("run", "--", "echo", "never");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("one\nBOOM\nregistry: the build failed; all it said is in ");
    assertThat(folder.resolve("checkout/registry-cli/target/build.lock")).doesNotExist();
  }

  @Test
  void the_lock_of_a_build_that_died_is_taken_over() throws Exception {
    launcher.script(
        checkout(
            "mkdir -p registry-cli/target/registry; ln -s '"
                + Launcher.LAYOUT
                + "/lib' registry-cli/target/registry/lib"));
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path lock = Files.createDirectories(folder.resolve("checkout/registry-cli/target/build.lock"));
    Files.writeString(lock.resolve("pid"), dead.pid() + "\n");

    assertThat(launcher.registry("run", "--", "echo", "on").out()).isEqualTo("on\n");
  }

  @Test
  void a_lock_whose_owners_pid_is_anothers_by_now_kept_every_start_waiting() throws Exception {
    launcher.script(
        checkout(
            "mkdir -p registry-cli/target/registry; ln -s '"
                + Launcher.LAYOUT
                + "/lib' registry-cli/target/registry/lib"));
    Path lock = Files.createDirectories(folder.resolve("checkout/registry-cli/target/build.lock"));
    // this process lives, and has not had its pid since the boot
    Files.writeString(lock.resolve("pid"), ProcessHandle.current().pid() + " 1\n");

    assertThat(launcher.registry("run", "--", "echo", "on").out()).isEqualTo("on\n");
  }
}
