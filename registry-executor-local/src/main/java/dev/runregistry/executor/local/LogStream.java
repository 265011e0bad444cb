package dev.runregistry.executor.local;

/** One of the two streams that a run prints to. */
public enum LogStream {
  /** The standard output. */
  STDOUT("stdout.log"),
  /** The error output. */
  STDERR("stderr.log");

  private final String fileName;

  LogStream(String fileName) {
    this.fileName = fileName;
  }

  /** The file in the run folder that has the whole of it. */
  String fileName() {
    return fileName;
  }
}
