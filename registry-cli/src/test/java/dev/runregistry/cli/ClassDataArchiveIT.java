package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class-data archives of {@code bin/registry}: when they are built, and which are used. */
class ClassDataArchiveIT {
  private static final Duration A_BUILD = Duration.ofSeconds(300);

  /** On JDK 25 run has one of its own. */
  private static final int ARCHIVES = Runtime.version().feature() >= 25 ? 2 : 1;

  /** So many at once, for the first time in a home and a cache. */
  private static final int STARTS = 4;

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  private static List<Path> archives(Path cache) {
    return named(cache, ".jsa");
  }

  private static List<Path> named(Path cache, String end) {
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    } catch (IOException | java.io.UncheckedIOException e) { // the builder tidies up meanwhile
      return named(cache, end);
    }
  }

  /** In a git hook, where the build of the archives left a commit in the user's repository. */
  @Test
  void first_starts_at_once_all_work_and_make_the_archives_once() throws IOException {
    Path cache = folder.resolve("cache");
    Path git = Files.createDirectories(folder.resolve("mine/.git"));
    Files.createDirectories(git.resolve("objects"));
    Files.createDirectories(git.resolve("refs/heads"));
    Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
    launcher
        .withoutHome()
        .with("GIT_DIR", git.toString())
        .with("XDG_CACHE_HOME", cache.toString())
        .with("REGISTRY_JAVA_OPTS", null);
    List<Started> starts = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      starts.add(launcher.start(List.of("run", "--", "sh", "-c", "echo " + i + "; exit " + i)));
    }

    for (int i = 0; i < STARTS; i++) {
      assertThat(Launcher.result(starts.get(i))).isEqualTo(new Result(i, i + "\n", ""));
    }
    await()
        .atMost(A_BUILD)
        .until(() -> archives(cache).size() == ARCHIVES && named(cache, "/lib/lock").isEmpty());
    assertThat(named(cache, ".failed")).isEmpty();
    // not by its name alone: the folders above it are those of the checkout, one may be a "work"
    assertThat(archives(cache).get(0).resolveSibling("work")).doesNotExist();
    try (Stream<Path> files = Files.walk(git)) {
      assertThat(files.filter(Files::isRegularFile)).containsExactly(git.resolve("HEAD"));
    }

    Path classes = folder.resolve("classes.log");
    Path looked = wouldBeDeletedByDriver();
    launcher.with(
        "REGISTRY_JAVA_OPTS",
        "-Xlog:class+load:file=%s -Djava.io.tmpdir=%s".formatted(classes, looked.getParent()));
    assertThat(launcher.registry("run", "--", "true").code()).isZero();
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.endsWith("dev.runregistry.cli.Main source: shared objects file"));
    assertThat(looked).as("the temporary directory is not searched").exists();
    assertThat(launcher.registry("runs", "list").out()).hasLineCount(STARTS + 2);

    for (Path archive : archives(cache)) {
      Files.delete(archive); // the JVM has it mapped read-only
      Files.write(archive, new byte[100_000]);
    }
    launcher.with("REGISTRY_JAVA_OPTS", null);
    assertThat(launcher.registry("run", "--", "echo", "a broken one is not used"))
        .isEqualTo(new Result(0, "a broken one is not used\n", ""));
  }

  /** SQLite's driver deletes what older drivers have left where it looks for that. */
  private Path wouldBeDeletedByDriver() throws IOException {
    String version;
    try (Stream<Path> jars = Files.list(Launcher.LAYOUT.resolve("lib"))) {
      version =
          jars.map(jar -> jar.getFileName().toString())
              .filter(jar -> jar.startsWith("sqlite-jdbc-"))
              .findFirst()
              .orElseThrow()
              .replaceAll("sqlite-jdbc-|\\.jar", "");
    }
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    return Files.createFile(temporary.resolve("sqlite-" + version + "-left"));
  }

  @Test
  void an_archive_in_a_cache_of_another_user_is_not_used() throws IOException {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can do this");
    Path cache = folder.resolve("cache");
    for (Path archive : archives(Launcher.CACHE)) {
      Path copy = cache.resolve(Launcher.CACHE.relativize(archive));
      Files.createDirectories(copy.getParent());
      Files.copy(archive, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path classes = folder.resolve("classes.log");
    launcher
        .with("XDG_CACHE_HOME", cache.toString())
        .with("REGISTRY_JAVA_OPTS", "-Xlog:class+load:file=" + classes);
    for (Path shared : List.of(cache, cache.resolve("run-registry/cds"))) {
      await() // what was copied may have been of another version, and is replaced then
          .atMost(A_BUILD)
          .until(
              () ->
                  launcher.registry("--version").code() == 0
                      && Files.readString(classes)
                          .contains("cli.Main source: shared objects file"));

      Files.setAttribute(shared, "unix:uid", 65_534);
      assertThat(launcher.registry("--version").code()).isZero();
      assertThat(Files.readString(classes)).doesNotContain("cli.Main source: shared objects file");
      Files.setAttribute(shared, "unix:uid", 0);
    }
  }

  @Test
  void an_archive_whose_build_was_interrupted_was_never_built_again() throws IOException {
    Path cache = folder.resolve("cache");
    Instant now = Instant.now();
    Path root = folder.resolve("old");
    Files.createDirectories(root.resolve("lib"));
    for (String part : List.of("archive.sh", "lock.sh")) {
      Files.copy(Launcher.PARTS.resolve(part), root.resolve("lib").resolve(part));
    }
    Files.createFile(root.resolve("lib/registry-cli-1.jar"));
    Path build = Files.writeString(root.resolve("lib/build-id"), "b1\n");
    Files.setLastModifiedTime(build, FileTime.from(now.minus(Duration.ofDays(9))));
    Path java = Launcher.executable(folder.resolve("jdk/bin/java"), "#!/bin/sh\nexit 1\n");
    Files.writeString(
        folder.resolve("jdk/release"), "IMPLEMENTOR=\"X\"\nJAVA_RUNTIME_VERSION=\"17.0.1+1\"\n");
    launcher
        .script(
            Launcher.executable(root.resolve("bin/registry"), Files.readString(Launcher.SCRIPT)))
        .with("XDG_CACHE_HOME", cache.toString())
        .with("REGISTRY_JAVA", java.toString());
    launcher.registry("--version");
    await()
        .atMost(A_BUILD)
        .until(() -> named(cache, ".failed").size() == 1 && named(cache, "/lib/lock").isEmpty());

    Path failed = named(cache, ".failed").get(0);
    FileTime yesterday = FileTime.from(now.minus(Duration.ofHours(25)));
    Files.setLastModifiedTime(failed, yesterday);
    launcher.registry("--version");

    await()
        .atMost(A_BUILD)
        .until(
            () ->
                Files.getLastModifiedTime(failed).toInstant().isAfter(now.minusSeconds(60))
                    && named(cache, "/lib/lock").isEmpty());
  }

  @Test
  void a_server_that_had_an_archive_did_not_start_on_java_25() throws Exception {
    Launcher.buildServerArchive();
    Path classes = folder.resolve("classes.log");
    launcher.with("REGISTRY_JAVA_OPTS", "-Xlog:class+load:file=" + classes);

    Started server = launcher.start(List.of("serve", "--port", "0"));
    try {
      await()
          .atMost(A_BUILD)
          .until(() -> server.out().contains("http://") || !server.process().isAlive());
      assertThat(server.process().isAlive()).as(server.err()).isTrue();
      assertThat(Files.readAllLines(classes))
          .anyMatch(line -> line.endsWith("http.RegistryServer source: shared objects file"));
    } finally {
      server.process().destroy();
      assertThat(server.process().waitFor()).isIn(0, 143);
    }
  }

  @Test
  void without_the_archive_nothing_is_built() {
    Path cache = folder.resolve("cache");

    launcher
        .with("XDG_CACHE_HOME", cache.toString())
        .with("REGISTRY_CDS", "off")
        .registry("--version");

    assertThat(cache).doesNotExist();
  }
}
