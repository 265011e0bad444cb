package dev.runregistry.cli.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a user's files belong, after the XDG Base Directory Specification.
 *
 * @param environment the variables of the process
 */
public record XdgDirectories(Map<String, String> environment) {
  private static final String NAME = "run-registry";

  public static XdgDirectories of(Map<String, String> environment) {
    return new XdgDirectories(environment);
  }

  /** For the configuration; empty when not even the home folder is known. */
  public Optional<Path> configuration() {
    return folder("XDG_CONFIG_HOME", ".config");
  }

  /** For runs and the embedded database; empty when not even the home folder is known. */
  public Optional<Path> state() {
    return folder("XDG_STATE_HOME", ".local/state");
  }

  private Optional<Path> folder(String variable, String belowHome) {
    return absolute(variable)
        .or(() -> absolute("HOME").map(home -> home.resolve(belowHome)))
        .map(folder -> folder.resolve(NAME));
  }

  private Optional<Path> absolute(String variable) { // the specification: ignore relative ones
    return Optional.ofNullable(environment.get(variable))
        .filter(path -> path.startsWith("/"))
        .map(Path::of);
  }
}
