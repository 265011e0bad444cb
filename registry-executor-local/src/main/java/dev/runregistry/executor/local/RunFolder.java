package dev.runregistry.executor.local;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where everything about one run is on this host.
 *
 * @param path the absolute path of the folder
 */
record RunFolder(Path path) {
  /** The started run and who started it. */
  Path started() {
    return path.resolve("run.json");
  }

  /** The ended run. */
  Path ended() {
    return path.resolve("outcome.json");
  }

  /** The configuration of a training; not there for other commands. */
  Path config() {
    return path.resolve("config.yaml");
  }

  /** The whole of what the run printed to that stream. */
  Path log(LogStream stream) {
    return path.resolve(stream.text() + ".log");
  }

  /** What the supervisor itself printed: what its shell says of children that a signal ended. */
  Path supervisorLog() {
    return path.resolve("supervisor.log");
  }

  /** The deadline, and who the supervisor and the child are; see {@link RunProcesses}. */
  Path processes() {
    return path.resolve("processes");
  }

  /** The exit code, written by the supervisor; its time of modification is when the run ended. */
  Path exit() {
    return path.resolve("exit");
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  static RunFolder in(Path parent, RunId id) {
    return new RunFolder(parent.resolve(id.toString()));
  }
}
