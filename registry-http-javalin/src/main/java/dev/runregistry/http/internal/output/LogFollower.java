package dev.runregistry.http.internal.output;

import dev.runregistry.run.RunStatus;
import dev.runregistry.run.output.OutputPosition;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that follows the output of a run. Holds at most the lines that are being sent: the next
 * ones are read when the client has taken these, and a client that takes too long is disconnected.
 *
 * <p>For one thread, except for the methods of {@link WriteListener}, which are called by the
 * server.
 */
final class LogFollower implements WriteListener {
  private static final Logger log = LoggerFactory.getLogger(LogFollower.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private final ServletOutputStream out;
  private final Runnable disconnect;
  private final BiConsumer<LogFollower, Boolean> onChange;
  private final CompletableFuture<Void> response = new CompletableFuture<>();
  private OutputPosition position;
  private long seq;
  private final long skipTo;
  private boolean writable;
  private boolean flushed = true;
  private boolean opened;
  private boolean last;
  private boolean planned;
  private long sentAt = System.nanoTime();

  /**
   * Creates it.
   *
   * @param disconnect closes the connection
   * @param onChange is called by any thread when the client can take more (true), or is gone
   */
  LogFollower(
      ServletOutputStream out,
      FollowStart start,
      Runnable disconnect,
      BiConsumer<LogFollower, Boolean> onChange) {
    this.out = out;
    this.disconnect = disconnect;
    this.onChange = onChange;
    position = start.position();
    seq = start.seq();
    skipTo = start.skipTo();
  }

  /** Returns the future that is completed when the response is complete. */
  CompletableFuture<Void> response() {
    return response;
  }

  @Override
  public void onWritePossible() {
    onChange.accept(this, true);
  }

  @Override
  public void onError(Throwable failure) {
    log.debug("a client that followed a run has gone", failure);
    onChange.accept(this, false);
  }

  /** Notes that the server has taken what was written. */
  void setWritable() throws IOException {
    writable = true;
    flush();
  }

  /**
   * Sends the next lines, the final status or a heartbeat, if the client can take them now.
   *
   * @return whether there may be more to send at once
   */
  boolean advance(FollowedRun run) throws IOException {
    if (!writable || response.isDone()) {
      return false;
    }
    if (last) {
      response.complete(null);
      return false;
    }
    if (!opened) {
      opened = true;
      send(LogEvents.COMMENT);
      return writable;
    }
    RunStatus finalStatus = run.finalStatus(); // before the output is read
    FollowedRun.Lines lines = run.read(position);
    byte[] events = events(lines);
    position = lines.batch().next();
    if (events.length > 0) {
      send(events);
    } else if (lines.batch().complete()) {
      return sendNews(finalStatus);
    }
    return writable;
  }

  private byte[] events(FollowedRun.Lines lines) {
    ByteArrayOutputStream events = new ByteArrayOutputStream();
    for (int i = 0; i < lines.ends().size(); i++) {
      seq++;
      if (seq > skipTo) {
        LogEvents.write(events, lines.line(i), seq, lines.ends().get(i));
      }
    }
    return events.toByteArray();
  }

  /** Sends the final status of an ended run, and a heartbeat of another one if it is time. */
  private boolean sendNews(@Nullable RunStatus finalStatus) throws IOException {
    if (finalStatus != null) {
      last = true;
      send(LogEvents.status(finalStatus));
      return writable;
    }
    if (idle().compareTo(HEARTBEAT) >= 0) {
      send(LogEvents.heartbeat(seq));
    }
    return false;
  }

  private void send(byte[] events) throws IOException {
    sentAt = System.nanoTime();
    flushed = false;
    out.write(events);
    writable = out.isReady(); // else onWritePossible is called later
    flush();
  }

  private void flush() throws IOException {
    if (writable && !flushed) {
      flushed = true;
      out.flush();
      writable = out.isReady();
    }
  }

  private Duration idle() {
    return Duration.ofNanos(System.nanoTime() - sentAt);
  }

  /** Returns whether no other turn of the client is planned; one is from now on. */
  boolean planTurn() {
    boolean first = !planned;
    planned = true;
    return first;
  }

  /** Notes that the planned turn has begun. */
  void beginTurn() {
    planned = false;
  }

  /** Returns whether the client has not taken what was sent within that time. */
  boolean isSlow(Duration limit) {
    return !writable && opened && idle().compareTo(limit) > 0;
  }

  /** Ends the response, in good order if the client can take its end now. */
  void end() {
    if (!writable) {
      disconnect.run();
    }
    response.complete(null);
  }
}
