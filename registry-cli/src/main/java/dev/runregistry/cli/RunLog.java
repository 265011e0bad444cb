package dev.runregistry.cli;

import dev.runregistry.executor.local.RunHome;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stream of one run: the whole of it from this host's files, or what is recorded of it. */
final class RunLog {
  private static final int POLL_MILLIS = 100;

  private final RunId id;
  private final LogStream stream;
  private final RunHome home;
  private final RunRegistry registry;
  private final Caller caller;
  private final byte[] buffer = new byte[1 << 16];
  private @Nullable InputStream file;
  private boolean databaseMissed;
  private long left;

  RunLog(RunId id, LogStream stream, RunHome home, RunRegistry registry, Caller caller) {
    this.id = id;
    this.stream = stream;
    this.home = home;
    this.registry = registry;
    this.caller = caller;
  }

  /** Prints what there is. The database is asked only when this host has no file. */
  void print() throws IOException {
    if (!copyNew()) {
      printRecorded(registry.get(id));
    }
    close();
  }

  /** Prints what there is and what comes, until the run has ended. */
  void follow() throws IOException, InterruptedException {
    while (true) {
      Optional<Run> ended = ended(); // asked first, so that nothing is printed after the last look
      boolean onThisHost = copyNew();
      if (ended.isPresent()) {
        if (!onThisHost) {
          printRecorded(ended.get());
        }
        break;
      }
      caller.out().flush();
      Thread.sleep(POLL_MILLIS);
    }
    close();
  }

  /** Copies what has not been copied; returns whether this host has the file. */
  private boolean copyNew() throws IOException {
    InputStream source = open();
    if (source == null) {
      return false;
    }
    for (int count = read(source); count > 0; count = read(source)) {
      caller.out().write(buffer, 0, count);
      left -= count;
    }
    return true;
  }

  /** What comes after the limit is not the output any more. */
  private int read(InputStream source) throws IOException {
    return source.read(buffer, 0, (int) Math.min(left, buffer.length));
  }

  private @Nullable InputStream open() throws IOException {
    Optional<Path> path = file == null ? home.log(id, stream) : Optional.empty();
    if (path.isPresent()) {
      try { // stays open: the folder moves when the run has ended, the file remains the same
        file = Files.newInputStream(path.get());
        left = home.limit(id);
      } catch (NoSuchFileException e) { // it has just moved
        return null;
      }
    }
    return file;
  }

  private void close() throws IOException {
    if (file != null) {
      file.close();
      caller.out().flush(); // the notice belongs after it
      home.logNotice(id, stream).ifPresent(caller::say);
    }
  }

  private void printRecorded(Run run) {
    caller.say(
        run.status().isFinal()
            ? "this host has no files of run %s; what follows is what was recorded".formatted(id)
            : "this host has no files of run %s, which is still %s"
                .formatted(id, run.status().text()));
    caller
        .out()
        .print(
            switch (stream) {
              case STDOUT -> run.output().stdout().text();
              case STDERR -> run.output().stderr().text();
            });
  }

  private Optional<Run> ended() {
    try {
      return recorded().filter(run -> run.status().isFinal());
    } catch (RepositoryException e) {
      if (!databaseMissed) { // said once: it may be back before the run ends
        databaseMissed = true;
        caller.say("cannot tell whether the run has ended: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Empty while this host carries out a run whose start the database has not got yet. */
  private Optional<Run> recorded() {
    Optional<Run> found = registry.find(id);
    if (found.isPresent() || home.unsettled().contains(id)) {
      return found;
    }
    return Optional.of(registry.get(id)); // what was settled between the two looks is there now
  }
}
