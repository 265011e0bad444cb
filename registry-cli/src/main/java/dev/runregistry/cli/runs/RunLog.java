package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.executor.process.OutputPieces;
import dev.runregistry.executor.process.OutputPieces.Piece;
import dev.runregistry.executor.process.ProcessLogs;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.output.RecordedLines;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The output of one run: the whole of it from this host's files, in its order where that is known,
 * or what is recorded of it.
 */
public final class RunLog {
  private static final int POLL_MILLIS = 100;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX ");

  private final RunId id;
  private final Set<LogStream> wanted;
  private final boolean timestamps;
  private final OptionalInt tail;
  private final FileRunJournal home;
  private final RunRegistry registry;
  private final Console caller;
  private final Map<LogStream, Log> logs = new EnumMap<>(LogStream.class);
  private final byte[] buffer = new byte[1 << 16];
  private @Nullable OutputPieces pieces;
  private boolean opened;
  private boolean databaseMissed;

  /**
   * Creates it.
   *
   * @param tail the number of lines that there are already and that are printed; empty for all
   */
  public RunLog(
      RunId id,
      Set<LogStream> wanted,
      boolean timestamps,
      OptionalInt tail,
      FileRunJournal home,
      RunRegistry registry,
      Console caller) {
    this.id = id;
    this.wanted = EnumSet.copyOf(wanted);
    this.timestamps = timestamps;
    this.tail = tail;
    this.home = home;
    this.registry = registry;
    this.caller = caller;
  }

  /** Prints what there is. The database is asked only when this host has no file. */
  public void print() throws IOException {
    if (open()) {
      copyPieces();
      copyRest();
    } else {
      printRecorded(registry.get(id));
    }
    close();
  }

  /** Prints what there is and what comes, until the run has ended. */
  public void follow() throws IOException, InterruptedException {
    while (true) {
      Optional<Run> ended = ended(); // asked first, so that nothing is printed after the last look
      boolean onThisHost = open();
      if (onThisHost) {
        copyPieces();
        if (pieces == null || ended.isPresent()) {
          copyRest();
        }
      }
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

  private Optional<ProcessLogs> kept() {
    return home.workspace(id).map(ProcessLogs::in);
  }

  /** Opens what this host has; returns whether that is anything. */
  private boolean open() throws IOException {
    for (LogStream stream : wanted) {
      if (!logs.containsKey(stream)) {
        Optional<ProcessLogs> kept = kept();
        Optional<Path> path = kept.flatMap(known -> known.file(stream));
        if (path.isPresent()) {
          try { // stays open: the folder moves when the run has ended, the file remains the same
            InputStream in = RegularFiles.newInputStream(path.get(), LinkOption.NOFOLLOW_LINKS);
            logs.put(stream, new Log(stream, in, kept.get().maxBytes()));
          } catch (NoSuchFileException e) { // it has just moved
            return false;
          }
        }
      }
    }
    if (logs.isEmpty()) {
      return false;
    }
    if (!opened && tail.isPresent()) {
      skip(tail.getAsInt());
    }
    if (!opened && (wanted.size() > 1 || timestamps)) {
      Optional<ProcessLogs> kept = kept();
      pieces = kept.isEmpty() ? null : kept.get().pieces().orElse(null);
      if (pieces == null) {
        caller.say(
            "the order of stdout and stderr and the times are unknown: run %s was recorded by an earlier version"
                .formatted(id));
      }
    }
    opened = true;
    return true;
  }

  private void skip(int lines) throws IOException {
    Optional<ProcessLogs> kept = kept();
    if (kept.isPresent()) {
      OutputPosition start = new TailStart(kept.get(), lines).of(wanted);
      logs.forEach(
          (stream, log) ->
              log.start = stream == LogStream.STDOUT ? start.stdout() : start.stderr());
    }
  }

  private void copyPieces() throws IOException {
    if (pieces == null) {
      return;
    }
    for (Optional<Piece> next = pieces.next(); next.isPresent(); next = pieces.next()) {
      Piece piece = next.get();
      Log log = logs.get(piece.stream());
      if (log != null) {
        log.copy(piece.bytes(), piece.at());
      }
    }
  }

  /**
   * Copies output that is not in the index: of an earlier version, beyond a limit, or of a killed
   * run.
   */
  private void copyRest() throws IOException {
    for (Log log : logs.values()) {
      log.copy(Long.MAX_VALUE, null);
    }
  }

  private void close() throws IOException {
    for (Log log : logs.values()) {
      log.file.close();
    }
    if (pieces != null) {
      pieces.close();
    }
    caller.out().flush(); // the notices belong after it
    logs.keySet()
        .forEach(stream -> kept().flatMap(known -> known.notice(stream)).ifPresent(caller::say));
  }

  private void printRecorded(Run run) throws IOException {
    caller.say(
        run.status().isFinal()
            ? "this host has no log files of run %s; showing the recorded excerpt".formatted(id)
            : "this host has no log files of run %s, which is still %s"
                .formatted(id, run.status().text()));
    List<OutputLine> lines =
        RecordedLines.of(run.output()).after(OutputPosition.START).lines().stream()
            .filter(line -> wanted.contains(line.stream()))
            .toList();
    int first = Math.max(0, lines.size() - tail.orElse(lines.size()));
    for (OutputLine line : lines.subList(first, lines.size())) {
      byte[] text = line.text().getBytes(StandardCharsets.UTF_8);
      target(line.stream()).write(text, 0, text.length);
    }
  }

  /** Returns our stream of the same name; stdout if only one is printed. */
  private OutputStream target(LogStream stream) {
    if (stream == LogStream.STDERR && wanted.size() > 1) {
      caller.out().flush();
      return caller.err();
    }
    return caller.out();
  }

  private Optional<Run> ended() {
    try {
      return recorded().filter(run -> run.status().isFinal());
    } catch (RepositoryException e) {
      if (!databaseMissed) { // reported once: it may be back before the run ends
        databaseMissed = true;
        caller.say("cannot determine whether the run has finished: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Empty while this host carries out a run whose start the database has not got yet. */
  private Optional<Run> recorded() {
    Optional<Run> found = registry.find(id);
    if (found.isPresent() || home.active().contains(id)) {
      return found;
    }
    return Optional.of(registry.get(id)); // what was settled between the two looks is there now
  }

  /** One stream. */
  private final class Log {
    private final LogStream stream;
    private final InputStream file;
    private long left;
    private long copied;
    private long start;
    private boolean lineBegins = true;

    Log(LogStream stream, InputStream file, long limit) {
      this.stream = stream;
      this.file = file;
      left = limit; // what comes after it is not the output any more
    }

    void copy(long bytes, @Nullable Instant at) throws IOException {
      long due = Math.min(bytes, left);
      while (due > 0) {
        boolean skips = copied < start;
        long wish = skips ? Math.min(due, start - copied) : due;
        long count =
            skips ? file.skip(wish) : file.read(buffer, 0, (int) Math.min(wish, buffer.length));
        if (count <= 0) {
          return;
        }
        if (!skips) {
          write((int) count, at);
        }
        due -= count;
        left -= count;
        copied += count;
      }
    }

    private void write(int count, @Nullable Instant at) throws IOException {
      OutputStream target = target(stream);
      if (!timestamps || at == null) {
        target.write(buffer, 0, count);
        return;
      }
      byte[] time = TIME.format(at.atZone(LocalZone.get())).getBytes(StandardCharsets.US_ASCII);
      int from = 0;
      for (int i = 0; i < count; i++) {
        if (lineBegins) {
          target.write(time, 0, time.length);
        }
        lineBegins = buffer[i] == '\n';
        if (lineBegins) {
          target.write(buffer, from, i + 1 - from);
          from = i + 1;
        }
      }
      target.write(buffer, from, count - from);
    }
  }
}
