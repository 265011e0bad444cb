package dev.runregistry.executor.process.internal.output;

import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.OutputReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two logs of a run, merged as their index says. Output that is not in the index has no known
 * order: when the run has ended, or the index has stopped to grow, that of stdout comes first.
 *
 * <p>The files stay open, so the directory of the run may move meanwhile.
 */
public final class OrderedOutput implements OutputReader {
  private static final Logger log = LoggerFactory.getLogger(OrderedOutput.class);

  /** The supervisor writes the index some milliseconds after the logs, unless it has stopped to. */
  private static final Duration INDEX_DELAY = Duration.ofSeconds(2);

  private final LogLines stdout;
  private final LogLines stderr;
  private final OutputIndex index;
  private long lateIndexSize = -1; // of the index when output was missing in it
  private long lateSince;

  private OrderedOutput(LogLines stdout, LogLines stderr, OutputIndex index) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.index = index;
  }

  /**
   * Opens the files.
   *
   * @param maxBytes the size of the part of each log that is output
   * @return empty if there is no log
   * @throws IOException if one cannot be opened now
   */
  public static Optional<OutputReader> open(Path stdout, Path stderr, Path index, long maxBytes)
      throws IOException {
    FileChannel out = channel(stdout);
    FileChannel err;
    try {
      err = channel(stderr);
    } catch (IOException e) {
      if (out != null) {
        out.close();
      }
      throw e;
    }
    if (out == null && err == null) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.allocate(OutputBatch.MAX_LINE_BYTES);
    return Optional.of(
        new OrderedOutput(
            new LogLines(LogStream.STDOUT, out, maxBytes, buffer),
            new LogLines(LogStream.STDERR, err, maxBytes, buffer),
            new OutputIndex(index)));
  }

  private static @Nullable FileChannel channel(Path file) throws IOException {
    try {
      return RegularFiles.open(file, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException | NotRegularFileException e) { // replaced by the run
      log.debug("{} is not there", file);
      return null;
    }
  }

  @Override
  public OutputBatch read(OutputPosition from, boolean ended) throws IOException {
    OutputCursor cursor = OutputCursor.of(from);
    stdout.start(cursor.out());
    stderr.start(cursor.err());
    long indexOffset = cursor.index();
    OutputLines lines = new OutputLines(from.stdout(), from.stderr());
    readLines(lines);
    while (!lines.isFull()) {
      OutputIndex.Piece piece = index.at(indexOffset);
      if (piece != null) {
        lines.countPiece();
        (piece.isStdout() ? stdout : stderr).addPiece(piece);
        indexOffset = piece.next();
      } else if (hasMore() && (ended || isIndexLate())) {
        stdout.addRest();
        stderr.addRest();
      } else {
        break;
      }
      readLines(lines);
    }
    boolean complete = !lines.isFull();
    if (ended && complete) {
      stdout.readLast(lines);
      stderr.readLast(lines);
    }
    OutputCursor next = new OutputCursor(stdout.position(), stderr.position(), indexOffset);
    return new OutputBatch(lines.list(), next, complete);
  }

  private void readLines(OutputLines lines) throws IOException {
    stdout.readLines(lines);
    stderr.readLines(lines);
  }

  private boolean hasMore() {
    return stdout.hasMore() || stderr.hasMore();
  }

  /** Returns whether the output has been missing in the index for so long that it stays missing. */
  private boolean isIndexLate() throws IOException {
    long size = index.size();
    if (size != lateIndexSize) {
      lateIndexSize = size;
      lateSince = System.nanoTime();
    }
    return System.nanoTime() - lateSince >= INDEX_DELAY.toNanos();
  }

  @Override
  public void close() throws IOException {
    stdout.close();
    stderr.close();
    index.close();
  }
}
