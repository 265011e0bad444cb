package dev.runregistry.executor.process;

import dev.runregistry.internal.files.Uninterruptibly;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two pipes between a supervisor and its registry, for events and commands. Its stdin, stdout
 * and stderr are those of the user, so the supervisor creates the pipes, and they are opened
 * through {@code /proc}. If that fails, the files of the run have the same information later.
 *
 * <p>Safe for use by many threads.
 */
final class SupervisorLink {
  private static final int EVENTS = 60; // descriptors in the supervisor
  private static final int COMMANDS = 61;
  private static final int QUICK_ATTEMPTS = 50;
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(SupervisorLink.class);

  private final Process supervisor;
  private final ProcessFile processes;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Map<Integer, Long> received = new HashMap<>(); // all guarded by this
  private @Nullable OutputStream commands;
  private @Nullable ChildEnd end;
  private long child; // its pid; 0 if unknown
  private boolean noted; // in the files of the run, which are no evidence of its outcome
  private boolean done;
  private boolean shown;
  private boolean gone;
  private int answers;

  SupervisorLink(Process supervisor, ProcessFile processes) {
    this.supervisor = supervisor;
    this.processes = processes;
  }

  /** Starts the listening thread. */
  void open() {
    Thread thread = new Thread(this::listen, "supervisor " + supervisor.pid());
    thread.setDaemon(true);
    thread.start();
  }

  private void listen() {
    try {
      for (int attempt = 0; supervisor.isAlive() && !hear(); attempt++) {
        supervisor.waitFor(attempt < QUICK_ATTEMPTS ? 1 : 20, TimeUnit.MILLISECONDS);
        if (attempt > QUICK_ATTEMPTS && isExitNoted()) {
          if (supervisor.isAlive() && hear()) { // its pipes exist by now, with its events
            break;
          }
          change(() -> noted = true);
        }
      }
      supervisor.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // not expected
    } finally {
      change(() -> gone = true);
    }
  }

  /** Reads events until the supervisor exits; returns false if its pipes do not exist. */
  private boolean hear() {
    String descriptors = "/proc/" + supervisor.pid() + "/fd/";
    try (FileInputStream events = new FileInputStream(descriptors + EVENTS);
        FileOutputStream opened = new FileOutputStream(descriptors + COMMANDS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8), 512)) {
      change(() -> commands = opened);
      send("attached");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      change(() -> commands = null);
    }
  }

  /** Reads the files of a supervisor without a link. */
  private boolean isExitNoted() {
    try {
      return processes.isExitNoted();
    } catch (IOException e) {
      log.debug("the exit code cannot be read", e);
      return false;
    }
  }

  private synchronized void take(String line) {
    String[] words = line.split(" ", 4);
    switch (words[0]) {
      case "child" -> child = Long.parseLong(words[1]);
      case "ended" ->
          end =
              new ChildEnd(
                  Integer.parseInt(words[1]), !words[2].equals("0"), words[3], Instant.now());
      case "done" -> done = true;
      case "shown" -> shown = true;
      case "pong" -> answers++;
      case "got" -> received.put(Integer.parseInt(words[1]), System.nanoTime());
      default -> log.warn("a supervisor says {}", line);
    }
    changed();
  }

  private synchronized void change(Runnable action) {
    action.run();
    changed();
  }

  private synchronized void changed() {
    notifyAll();
    if (hasEnded()) {
      ended.complete(null);
    }
  }

  /** Completes when the child or its supervisor has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  private void send(String command) {
    try {
      synchronized (this) {
        if (commands != null) {
          commands.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException e) {
      log.debug("supervisor {} is gone", supervisor.pid(), e);
    }
  }

  /** Returns how the child ended; empty while it runs, or if its supervisor did not observe it. */
  synchronized Optional<ChildEnd> end() {
    return Optional.ofNullable(end);
  }

  /** Returns the pid of the child; empty if it was not started, or there is no link. */
  synchronized OptionalLong child() {
    return child == 0 ? OptionalLong.empty() : OptionalLong.of(child);
  }

  private synchronized boolean hasEnded() {
    return end != null || gone || noted;
  }

  private synchronized boolean isDone() {
    return done || gone;
  }

  /** Returns whether all output is shown, or is not going to be. */
  synchronized boolean isDrained() {
    return shown || gone;
  }

  /** Blocks until the child or its supervisor has ended; returns false on timeout. */
  boolean awaitEnd(Duration atMost) {
    return Uninterruptibly.await(left -> await(this::hasEnded, left), atMost);
  }

  /** Blocks until no process of the run is left and its logs are complete. */
  boolean awaitDone(Duration atMost) {
    return Uninterruptibly.await(left -> await(this::isDone, left), atMost);
  }

  /** Blocks until all output is shown. */
  boolean awaitDrained(Duration atMost) {
    return Uninterruptibly.await(left -> await(this::isDrained, left), atMost);
  }

  private synchronized boolean await(BooleanSupplier condition, Duration atMost)
      throws InterruptedException {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      long millis = atMost.minusNanos(System.nanoTime() - began).toMillis();
      if (millis <= 0) {
        return false;
      }
      wait(millis);
    }
    return true;
  }

  /**
   * Returns whether the supervisor has just received that signal, too: then it was sent to the
   * process group of this process. Empty if the supervisor does not report it.
   */
  Optional<Boolean> hadSignal(int number) {
    int before;
    synchronized (this) {
      before = answers;
      if (commands == null) {
        return Optional.empty();
      }
    }
    send("ping");
    if (!Uninterruptibly.await(left -> await(() -> answers > before, left), ANSWER)) {
      return Optional.empty();
    }
    synchronized (this) {
      Long at = received.remove(number);
      return Optional.of(at != null && System.nanoTime() - at < ANSWER.toNanos());
    }
  }
}
