package dev.runregistry.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars on a module path, with all that they depend on. */
class ModulePathIT {
  private static final String PREFIX = "dev.runregistry.";

  private static Path[] jars() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(entry -> entry.toString().endsWith(".jar"))
        .toArray(Path[]::new);
  }

  private static Configuration resolve(String prefix, Path... jars) {
    ModuleFinder finder = ModuleFinder.of(jars);
    Set<String> names =
        finder.findAll().stream()
            .map(module -> module.descriptor().name())
            .filter(name -> name.startsWith(prefix))
            .collect(Collectors.toSet());
    return ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), names);
  }

  /** Fails if two of them have a package in common. */
  @Test
  void every_module_resolves_beside_its_dependencies() {
    Set<String> names =
        resolve(PREFIX, jars()).modules().stream()
            .map(module -> module.reference().descriptor().name())
            .filter(name -> name.startsWith(PREFIX))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(names)
        .contains(
            PREFIX + "core",
            PREFIX + "datasets",
            PREFIX + "executor.process",
            PREFIX + "executor.slurm",
            PREFIX + "files",
            PREFIX + "http",
            PREFIX + "journal",
            PREFIX + "json",
            PREFIX + "persistence.jooq",
            PREFIX + "provenance",
            PREFIX + "testkit");
  }

  /** Otherwise it would be derived from the name of the file, which may change. */
  @Test
  void every_jar_of_the_registry_has_the_name_of_its_module_in_its_manifest() throws IOException {
    List<Path> own =
        Stream.of(jars())
            .filter(jar -> jar.getFileName().toString().startsWith("registry-"))
            .toList();
    assertThat(own).hasSizeGreaterThanOrEqualTo(11);
    for (Path jar : own) {
      ModuleDescriptor module = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
      assertThat(module.name()).startsWith(PREFIX);
      assertThat(module.packages()).allMatch(name -> name.startsWith("dev.runregistry"));
    }
  }

  @Test
  void jars_with_a_package_in_common_do_not_resolve(@TempDir Path folder) throws IOException {
    Path one = jar(folder, "one");
    Path two = jar(folder, "two");
    assertThat(resolve("module.", one).modules()).hasSize(1);
    assertThatThrownBy(() -> resolve("module.", one, two)).isInstanceOf(ResolutionException.class);
  }

  private static Path jar(Path folder, String name) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Automatic-Module-Name", "module." + name);
    Path jar = folder.resolve(name + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file, manifest)) {
      entries.putNextEntry(new ZipEntry("common/Any.class"));
    }
    return jar;
  }
}
