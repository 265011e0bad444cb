package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is shipped: the launcher and its jars, as the build has laid them out. */
public final class Installation {
  private static final Path SOURCES = Path.of("").toAbsolutePath().getParent();
  private static final Path LIB = SOURCES.resolve("registry-cli/target/registry/lib");
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final String MACHINE = System.getProperty("os.arch").replace("amd64", "x86_64");

  /** Where the tests of the launcher have made the class-data archives of the same build. */
  private static final Path MADE_BEFORE = SOURCES.resolve("registry-cli/target/cache");

  private final Path cache;
  private final Path library;
  private final Path archives;
  private final boolean archived;

  /**
   * Found where the build puts it. A start takes half the time with class-data archives: those of
   * the build are used where they are.
   *
   * @param cache a folder for what is made of it
   * @param archived whether to make archives first, also of the library: it takes half a minute
   */
  public Installation(Path cache, boolean archived) throws IOException {
    assertThat(LIB.resolve("build-id")).as("registry-cli is packaged").exists();
    this.cache = Files.createDirectories(cache);
    library = cache.resolve("library.jsa");
    pack(Path.of("target/test-classes"), cache.resolve("chaos.jar"));
    boolean madeBefore = !archived && hasArchives(MADE_BEFORE);
    archives = madeBefore ? MADE_BEFORE : cache;
    this.archived = archived || madeBefore;
    if (archived) {
      makeArchives();
    }
  }

  /** Whether there are those of both kinds and of this build; or else a start would make them. */
  private static boolean hasArchives(Path cache) throws IOException {
    if (!Files.isDirectory(cache)) {
      return false;
    }
    Path build = LIB.resolve("build-id");
    FileTime built = Files.getLastModifiedTime(build);
    String id = Files.readString(build).strip();
    try (Stream<Path> files = Files.walk(cache)) {
      Set<String> names =
          files
              .filter(file -> file.toFile().lastModified() >= built.toMillis())
              .map(file -> file.getFileName().toString())
              .collect(Collectors.toSet());
      return names.containsAll(Set.of(id + ".jsa", id + ".server.jsa"));
    }
  }

  private void makeArchives() throws IOException {
    for (String kind : List.of("run", "serve")) {
      ProcessBuilder build = new ProcessBuilder(SOURCES.resolve("bin/registry").toString(), kind);
      build.environment().putAll(environment());
      build.environment().put("REGISTRY_CDS", "build");
      finish(build);
    }
    List<String> once = java("-XX:ArchiveClassesAtExit=" + library);
    once.addAll(List.of(cache.resolve("home").toString(), "submit", "-1", "true"));
    finish(new ProcessBuilder(once));
  }

  private static void finish(ProcessBuilder builder) throws IOException {
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.onExit().join().exitValue()).as("%s", builder.command()).isZero();
  }

  /** An archive of classes cannot be made from a folder. */
  static void pack(Path folder, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        packed.putNextEntry(new JarEntry(folder.relativize(file).toString()));
        Files.copy(file, packed);
        packed.closeEntry();
      }
    }
  }

  /** The environment in which the launcher finds its archives and nobody's settings. */
  public Map<String, String> environment() {
    return Map.of(
        "REGISTRY_CDS",
        archived ? "" : "off",
        "REGISTRY_JAVA",
        JAVA,
        "XDG_CACHE_HOME",
        archives.toString(),
        "XDG_CONFIG_HOME",
        cache.toString());
  }

  /** The datasets that come with it. */
  static Path datasets() {
    return SOURCES.resolve("examples/datasets");
  }

  /** The command line, started as users start it. */
  public List<String> launcher(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(SOURCES.resolve("bin/registry").toString()));
    words.addAll(arguments);
    return words;
  }

  /** A program that embeds the shipped jars: {@link RegistryMain}. */
  public List<String> library(Path home, String action, Object argument, List<String> rest) {
    List<String> words =
        java(Files.exists(library) ? "-XX:SharedArchiveFile=" + library : "-Xshare:auto");
    words.addAll(List.of(home.toString(), action, argument.toString()));
    words.addAll(rest);
    return words;
  }

  private List<String> java(String option) {
    return new ArrayList<>(
        List.of(
            JAVA,
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-Xlog:cds*=off:stderr",
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.sqlite.lib.path=" + LIB.resolve("native/Linux/" + MACHINE),
            option,
            "-cp",
            classPath(),
            RegistryMain.class.getName()));
  }

  private String classPath() {
    try (Stream<Path> jars = Files.list(LIB)) {
      return Stream.concat(Stream.of(cache.resolve("chaos.jar")), jars.sorted())
          .map(Path::toString)
          .filter(name -> name.endsWith(".jar"))
          .collect(Collectors.joining(":"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
