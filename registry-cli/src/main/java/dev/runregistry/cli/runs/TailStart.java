package dev.runregistry.cli.runs;

import dev.runregistry.executor.process.ProcessLogs;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.OutputReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/** Finds where the last lines of the output of a run begin. A line without a line feed counts. */
final class TailStart {
  private static final int BLOCK = 64 * 1024;

  private final ProcessLogs logs;
  private final int count;

  /**
   * Creates it.
   *
   * @param count the number of lines, 0 for none
   */
  TailStart(ProcessLogs logs, int count) {
    this.logs = logs;
    this.count = count;
  }

  /**
   * Returns the offsets at which the last lines begin.
   *
   * @param wanted the streams whose lines count
   */
  OutputPosition of(Set<LogStream> wanted) throws IOException {
    OutputPosition each = OutputPosition.of(of(LogStream.STDOUT), of(LogStream.STDERR));
    Optional<OutputReader> output = wanted.size() == 1 ? Optional.empty() : logs.output();
    if (output.isEmpty()) {
      return each;
    }
    try (OutputReader reader = output.get()) {
      return lastOf(reader, each);
    }
  }

  /** Returns the start of the last lines of both streams, from a position not after it. */
  private OutputPosition lastOf(OutputReader reader, OutputPosition from) throws IOException {
    Deque<OutputPosition> starts = new ArrayDeque<>();
    starts.add(from);
    OutputBatch batch = OutputBatch.none(from);
    do {
      batch = reader.read(batch.next(), true);
      for (OutputLine line : batch.lines()) {
        starts.add(OutputPosition.of(line.stdout(), line.stderr()));
        if (starts.size() > count + 1) {
          starts.remove();
        }
      }
    } while (!batch.complete());
    return starts.getFirst();
  }

  private long of(LogStream stream) throws IOException {
    Optional<Path> file = logs.file(stream);
    if (file.isEmpty()) {
      return 0;
    }
    try (FileChannel log = RegularFiles.open(file.get(), LinkOption.NOFOLLOW_LINKS)) {
      return begin(log, Math.min(log.size(), logs.maxBytes()));
    } catch (NoSuchFileException e) { // it has just moved
      return 0;
    }
  }

  private long begin(FileChannel log, long size) throws IOException {
    if (count == 0) {
      return size;
    }
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    int lines = 0;
    for (long end = size; end > 0; end -= BLOCK) {
      long begin = Math.max(0, end - BLOCK);
      block.clear().limit((int) (end - begin));
      while (block.hasRemaining() && log.read(block, begin + block.position()) >= 0) {}
      for (int i = block.position() - 1; i >= 0; i--) {
        boolean isInside = begin + i < size - 1; // else it ends the last line
        if (block.get(i) == '\n' && isInside && ++lines == count) {
          return begin + i + 1;
        }
      }
    }
    return 0;
  }
}
