package dev.runregistry.executor.process;

import dev.runregistry.executor.process.internal.output.OutputIndex;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Timestamps;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The order of the bytes in the two logs of a run, which grows while the run is active. For lines,
 * see {@link ProcessLogs#output}. Not for use by several threads.
 */
public final class OutputPieces implements Closeable {
  private final OutputIndex index;
  private long offset;

  OutputPieces(OutputIndex index) {
    this.index = index;
  }

  /**
   * Output that was read at once.
   *
   * @param at the time at which its first byte was read
   * @param bytes its size in the log of that stream
   */
  public record Piece(Instant at, LogStream stream, long bytes) {}

  /**
   * Returns the next piece; empty if there is none yet.
   *
   * @throws IOException if the file cannot be read
   */
  public Optional<Piece> next() throws IOException {
    OutputIndex.Piece piece = index.at(offset);
    if (piece == null) {
      return Optional.empty();
    }
    offset = piece.next();
    Instant at = Timestamps.ofMicros(piece.micros());
    LogStream stream = piece.isStdout() ? LogStream.STDOUT : LogStream.STDERR;
    return Optional.of(new Piece(at, stream, piece.bytes()));
  }

  @Override
  public void close() throws IOException {
    index.close();
  }
}
