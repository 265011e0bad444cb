package dev.runregistry.executor.process;

import dev.runregistry.executor.process.internal.output.OrderedOutput;
import dev.runregistry.executor.process.internal.output.OutputIndex;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.port.OutputReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The complete output of a run, in its workspace. Safe for use by many threads. */
public final class ProcessLogs {
  private final Workspace folder;

  private ProcessLogs(Workspace folder) {
    this.folder = folder;
  }

  /** Returns the logs of the run with that workspace. */
  public static ProcessLogs in(Path workspace) {
    return new ProcessLogs(new Workspace(workspace));
  }

  /** Returns the file with the output to that stream; empty if there is none. */
  public Optional<Path> file(LogStream stream) {
    return Optional.of(folder.log(stream))
        .filter(
            file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)); // the run's to replace
  }

  /** Returns the maximum size of each file in bytes; {@link Long#MAX_VALUE} for no limit. */
  public long maxBytes() {
    return new ProcessFile(folder).logLimit().bytes();
  }

  /** Returns the id of the process of the run, if exactly that process lives on this host. */
  public OptionalLong pid() {
    ProcessTable table = ProcessTable.ofThisHost();
    return new ProcessFile(folder)
        .child().stream()
            .map(ProcessTable.Entry::identity)
            .filter(table::isAlive)
            .mapToLong(ProcessIdentity::pid)
            .findFirst();
  }

  /** Returns one sentence about the output missing in a log; empty if it is complete. */
  public Optional<String> notice(LogStream stream) {
    return LogTrimmer.of(folder).notice(stream);
  }

  /**
   * Returns the pieces of the output in their order; empty if the order is not known.
   *
   * @throws IOException if the file cannot be read
   */
  public Optional<OutputPieces> pieces() throws IOException {
    OutputIndex index = new OutputIndex(folder.outputIndex());
    return index.exists() ? Optional.of(new OutputPieces(index)) : Optional.empty();
  }

  /**
   * Opens the output to read it line by line, in its order; empty if there is no log.
   *
   * @throws IOException if it cannot be opened now
   */
  public Optional<OutputReader> output() throws IOException {
    return OrderedOutput.open(
        folder.log(LogStream.STDOUT),
        folder.log(LogStream.STDERR),
        folder.outputIndex(),
        maxBytes());
  }
}
