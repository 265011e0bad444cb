package dev.runregistry.http.internal.output;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.output.RecordedLines;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run with the clients that follow it. They share one reader and the last lines that it read, so
 * clients at the same position cost one read. For one thread.
 */
final class FollowedRun {
  private static final Logger log = LoggerFactory.getLogger(FollowedRun.class);

  /** The journal is read less often than the output. */
  private static final Duration JOURNAL_INTERVAL = Duration.ofMillis(200);

  private final RunRegistry registry;
  private final RunId id;
  private final List<LogFollower> followers = new ArrayList<>();
  private @Nullable OutputReader reader;
  private @Nullable Run ended;
  private @Nullable Lines last;
  private long nextLook = System.nanoTime();

  FollowedRun(RunRegistry registry, RunId id) {
    this.registry = registry;
    this.id = id;
  }

  /**
   * Lines, ready to be sent.
   *
   * @param from the position before them
   * @param batch the lines
   * @param ends the end of the event of each
   */
  record Lines(OutputPosition from, OutputBatch batch, List<byte[]> ends) {
    static Lines of(OutputPosition from, OutputBatch batch) {
      return new Lines(from, batch, batch.lines().stream().map(LogEvents::end).toList());
    }

    OutputLine line(int i) {
      return batch.lines().get(i);
    }
  }

  RunId id() {
    return id;
  }

  List<LogFollower> followers() {
    return followers;
  }

  /** Sets the run as it ended, if that is known. */
  void setEnded(Run run) {
    if (ended == null) {
      ended = run;
      last = null;
      closeReader(); // a new one sees what this one opened too early for
    }
  }

  /** Returns the final status; null while the run is active. */
  @Nullable RunStatus finalStatus() {
    return ended == null ? null : ended.status();
  }

  /**
   * Looks whether the run has ended, and opens its output, if a while has passed since the last
   * time.
   *
   * @return whether it can still be followed: its entry is in the journal, or it has ended
   * @throws IOException if the output cannot be opened
   */
  boolean refresh() throws IOException {
    long now = System.nanoTime();
    if (now - nextLook < 0) {
      return true;
    }
    nextLook = now + JOURNAL_INTERVAL.toNanos();
    boolean known = ended != null || isJournaled();
    if (reader == null) {
      reader = registry.output(id).orElse(null);
    }
    return known;
  }

  private boolean isJournaled() {
    try {
      Optional<Run> run = registry.findJournaled(id);
      run.filter(found -> found.status().isFinal()).ifPresent(this::setEnded);
      return run.isPresent();
    } catch (JournalException e) { // not known now
      log.debug("run {}: {}", id, e.getMessage());
      return true;
    }
  }

  /** Returns the lines after the position that there are now. */
  Lines read(OutputPosition from) throws IOException {
    if (last != null && last.from.equals(from)) {
      return last;
    }
    Lines lines = Lines.of(from, batch(from));
    if (!lines.ends.isEmpty()) {
      last = lines;
    }
    return lines;
  }

  private OutputBatch batch(OutputPosition from) throws IOException {
    if (reader == null && ended != null) {
      reader = registry.output(id).orElse(null);
    }
    if (reader != null) {
      return reader.read(from, ended != null);
    }
    return ended == null ? OutputBatch.none(from) : RecordedLines.of(ended.output()).after(from);
  }

  void closeReader() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        log.debug("run {}: its output cannot be closed", id, e);
      }
      reader = null;
    }
  }
}
