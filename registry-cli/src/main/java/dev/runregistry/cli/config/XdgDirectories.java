package dev.runregistry.cli.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The directories of a user's files, as in the XDG Base Directory Specification.
 *
 * @param environment the variables of the process
 */
public record XdgDirectories(Map<String, String> environment) {
  private static final String NAME = "run-registry";

  public static XdgDirectories of(Map<String, String> environment) {
    return new XdgDirectories(environment);
  }

  /** Returns the directory of the configuration; empty if even the home directory is unknown. */
  public Optional<Path> configuration() {
    return folder("XDG_CONFIG_HOME", ".config");
  }

  /**
   * Returns the directory of runs and the embedded database; empty if even the home directory is
   * unknown.
   */
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
