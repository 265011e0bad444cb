package dev.runregistry.http.internal.output;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the output of runs to the clients that follow them. One thread reads and writes for all of
 * them, without blocking, and only while there are any; so all followers together use at most one
 * processor. Thread-safe.
 */
public final class LogFollowers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogFollowers.class);

  /** The maximum number of clients; each followed run has three open files. */
  public static final int MAX_FOLLOWERS = 1_000;

  private static final long POLL_MILLIS = 25;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

  private final RunRegistry registry;
  private final Duration slowLimit;
  private final ScheduledThreadPoolExecutor thread;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<RunId, FollowedRun> runs = new HashMap<>(); // the rest is for the thread only
  private final Map<LogFollower, FollowedRun> followers = new HashMap<>();
  private @Nullable ScheduledFuture<?> polling;
  private volatile boolean closed;

  /**
   * Creates it; nothing is started before the first client.
   *
   * @param slowLimit the maximum time in which a client takes what was sent
   */
  public LogFollowers(RunRegistry registry, Duration slowLimit) {
    this.registry = registry;
    this.slowLimit = slowLimit;
    thread = new ScheduledThreadPoolExecutor(1, LogFollowers::daemon);
    thread.setKeepAliveTime(10, TimeUnit.SECONDS);
    thread.allowCoreThreadTimeOut(true);
    thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  private static Thread daemon(Runnable task) {
    Thread created = new Thread(task, "log-followers");
    created.setDaemon(true);
    return created;
  }

  /** Returns the number of clients. */
  public int count() {
    return count.get();
  }

  /**
   * Throws if no client more can be accepted.
   *
   * @throws HttpProblem 503 if there are too many, or the server is stopping
   */
  public void requirePlace() {
    if (closed || count.get() >= MAX_FOLLOWERS) {
      throw HttpProblem.of(
              503,
              closed ? "The server is stopping" : "Too many clients follow runs; try again later")
          .withHeader("Retry-After", "5");
    }
  }

  /**
   * Starts to send the output of a run.
   *
   * @param ended the run as it ended; null if it has not ended as far as is known
   * @param out of a response that is asynchronous
   * @param disconnect closes the connection of the client
   * @return is completed when all is sent, or the client is gone
   */
  public CompletableFuture<Void> follow(
      RunId id,
      @Nullable Run ended,
      FollowStart start,
      ServletOutputStream out,
      Runnable disconnect) {
    LogFollower follower = new LogFollower(out, start, disconnect, this::changed);
    count.incrementAndGet();
    CompletableFuture<Void> response =
        follower.response().whenComplete((done, failure) -> count.decrementAndGet());
    thread.execute(() -> add(id, ended, follower));
    out.setWriteListener(follower);
    return response;
  }

  private void add(RunId id, @Nullable Run ended, LogFollower follower) {
    FollowedRun run = runs.computeIfAbsent(id, added -> new FollowedRun(registry, added));
    if (ended != null) {
      run.setEnded(ended);
    }
    run.followers().add(follower);
    followers.put(follower, run);
    if (polling == null) {
      polling = thread.scheduleWithFixedDelay(this::poll, 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (closed) {
      remove(follower);
    }
  }

  private void changed(LogFollower follower, boolean writable) {
    thread.execute(
        () -> {
          if (writable) {
            advance(follower, true);
          } else {
            remove(follower);
          }
        });
  }

  private void poll() {
    for (FollowedRun run : List.copyOf(runs.values())) {
      try {
        if (!run.refresh()) {
          List.copyOf(run.followers()).forEach(this::remove);
        }
      } catch (IOException | RuntimeException e) {
        fail(run, e);
      }
      for (LogFollower follower : List.copyOf(run.followers())) {
        if (follower.isSlow(slowLimit)) {
          log.info("run {}: a client that follows it is too slow and is disconnected", run.id());
          remove(follower);
        } else {
          advance(follower, false);
        }
      }
    }
  }

  /**
   * Sends what the client can take; continues later if there is more, so that others have turns.
   */
  private void advance(LogFollower follower, boolean becameWritable) {
    FollowedRun run = followers.get(follower);
    if (run == null) {
      return;
    }
    try {
      if (becameWritable) {
        follower.setWritable();
      }
      if (follower.advance(run) && follower.planTurn()) {
        thread.execute(() -> nextTurn(follower));
      }
      if (follower.response().isDone()) {
        remove(follower);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("run {}: a client that follows it is disconnected", run.id(), e);
      remove(follower);
    }
  }

  private void nextTurn(LogFollower follower) {
    follower.beginTurn();
    advance(follower, false);
  }

  /** The clients connect again and continue where they were. */
  private void fail(FollowedRun run, Exception e) {
    log.warn("run {}: its output cannot be read", run.id(), e);
    List.copyOf(run.followers()).forEach(this::remove);
  }

  private void remove(LogFollower follower) {
    FollowedRun run = followers.remove(follower);
    if (run != null) {
      follower.end();
      run.followers().remove(follower);
      if (run.followers().isEmpty()) {
        run.closeReader();
        runs.remove(run.id());
      }
    }
    if (followers.isEmpty() && polling != null) {
      polling.cancel(false);
      polling = null;
    }
  }

  /** Ends all responses; the clients can connect again, to the next server. */
  @Override
  public void close() {
    closed = true;
    thread.execute(() -> List.copyOf(followers.keySet()).forEach(this::remove));
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("clients that follow runs are not gone yet");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
