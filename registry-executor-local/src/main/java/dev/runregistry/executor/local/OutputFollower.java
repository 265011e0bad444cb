package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a growing file on a channel: a daemon thread copies what is new, inside the kernel where
 * that can be. Does not close the channel.
 *
 * <p>It can be where the channel is a pipe, a terminal or {@code /dev/null}. Into a file it is
 * written as everybody writes: {@code sendfile} and {@code copy_file_range} look where they are in
 * it before they begin and say where they have come to at their end, so of two at the same time, as
 * with {@code > file 2>&1}, one overwrites what the other has put there; {@code write} takes turns.
 */
final class OutputFollower {
  private static final Logger log = LoggerFactory.getLogger(OutputFollower.class);

  /** The longest that new output waits to be shown; a person does not notice. */
  private static final Duration LATENCY = Duration.ofMillis(20);

  private static final long BYTES_AT_ONCE = 8 << 20;

  private static final int BUFFER = 256 << 10;

  /** After more, more is expected, and it waits for that: to wake up costs the program its time. */
  private static final long A_LITTLE = 64 << 10;

  private final Path file;
  private final FileChannel target;
  private final LogLimit limit;
  private final Runnable onClosed;
  private final Runnable onDone;
  private final Thread thread;
  private @Nullable FileChannel source; // set before the thread starts
  private boolean turns; // these two are changed by the thread only
  private @Nullable ByteBuffer buffer;
  private volatile boolean complete;
  private volatile long shown;

  /**
   * Follows a file that is there already; call {@link #start}.
   *
   * @param limit to which the file may be cut while it grows
   * @param onClosed called once, by the copying thread, when nobody reads the channel any more
   * @param onDone called once, by the copying thread, when it needs the file no more
   */
  OutputFollower(
      Path file, FileChannel target, LogLimit limit, Runnable onClosed, Runnable onDone) {
    this.file = file;
    this.target = target;
    this.limit = limit;
    this.onClosed = onClosed;
    this.onDone = onDone;
    turns = isFile(target);
    thread = new Thread(this::follow, "follow " + file.getFileName());
    thread.setDaemon(true); // a reader that never comes back must not keep this process
  }

  /** Opens the file before it returns: later it may have moved with its folder. */
  void start() {
    try {
      source = FileChannel.open(file, StandardOpenOption.READ);
      thread.start();
    } catch (IOException e) {
      log.warn("{} cannot be shown", file, e);
    }
  }

  /** Says that the file grows no more. */
  void finish() {
    complete = true;
    LockSupport.unpark(thread);
  }

  /** How much of the file is needed no more: all once this has come to its end. */
  long shown() {
    return isDone() ? Long.MAX_VALUE : shown;
  }

  boolean isDone() {
    return !thread.isAlive();
  }

  /** Waits until all is shown or nobody wants to see it; returns whether that came in time. */
  boolean awaitDone(Duration atMost) {
    return Uninterruptibly.await(thread, atMost);
  }

  private void follow() {
    try (FileChannel opened = requireNonNull(source)) {
      copy(opened);
    } catch (IOException e) {
      log.warn("{} cannot be shown any more", file, e);
    } finally {
      onDone.run();
    }
  }

  private void copy(FileChannel opened) throws IOException {
    Pause pause = new Pause(LATENCY);
    long position = 0;
    while (true) {
      boolean last = complete; // asked before the size, so that nothing comes after the last look
      long size = opened.size();
      if (size < position) { // cut, or the program emptied its own output, by "> /dev/stdout" say
        position = position > limit.bytes() && size >= limit.bytes() ? limit.bytes() : 0;
      }
      long copied = 0;
      if (size > position) {
        try {
          copied = copy(opened, position, size - position);
        } catch (IOException e) {
          stopShowing(e);
          return;
        }
        position += copied;
        shown = position;
        if (copied <= A_LITTLE) {
          pause.reset();
        }
      } else if (last) {
        return;
      }
      if (copied < BYTES_AT_ONCE && !last) {
        pause.sleep();
      }
    }
  }

  private long copy(FileChannel opened, long position, long count) throws IOException {
    return turns
        ? write(opened, position, count)
        : opened.transferTo(position, Math.min(count, BYTES_AT_ONCE), target);
  }

  private long write(FileChannel opened, long position, long count) throws IOException {
    ByteBuffer bytes = buffer == null ? ByteBuffer.allocateDirect(BUFFER) : buffer;
    buffer = bytes;
    opened.read(bytes.clear().limit((int) Math.min(count, BUFFER)), position);
    bytes.flip();
    long copied = bytes.remaining();
    while (bytes.hasRemaining()) {
      target.write(bytes);
    }
    turns = copied == 0 || target.position() > 0; // that of a device stays where it is
    return copied;
  }

  private void stopShowing(IOException e) {
    if (isFile(target)) { // a full disk, say: the log has it all, so the run can go on
      log.warn("{} cannot be shown any more", file, e);
    } else {
      onClosed.run();
    }
  }

  /**
   * Or a device. Pipes, sockets and terminals have no position; the text of an error depends on the
   * locale.
   */
  private static boolean isFile(FileChannel channel) {
    try {
      channel.position();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
