package dev.runregistry.http;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.output.FileResponse;
import dev.runregistry.http.internal.output.FollowStart;
import dev.runregistry.http.internal.output.LogFollowers;
import dev.runregistry.http.internal.output.TailLocator;
import dev.runregistry.http.internal.request.ByteRange;
import dev.runregistry.http.internal.request.ClientConnection;
import dev.runregistry.http.internal.request.QueryParameters;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the output of a run: as plain text, all of it, a byte range or the last lines, up to its
 * size at the time of the request, of which only a buffer is held in memory; and as server-sent
 * events, a line each, until the run has ended.
 */
final class LogRoutes {
  private static final long MAX_TAIL_LINES = 1_000_000;

  /** The lines of larger logs are not counted, because that reads the whole file. */
  private static final long MAX_COUNTED_BYTES = 16 * 1024 * 1024;

  /** The maximum size that is searched for the last lines and returned. */
  private static final long MAX_TAIL_BYTES = 16 * 1024 * 1024;

  /** Set if the last lines are longer: the response begins within a line. */
  static final String TAIL_TRUNCATED = "X-Tail-Truncated";

  static final String TOTAL_LINES = "X-Total-Lines";
  private static final long MAX_SEQ = 999_999_999_999_999_999L;
  private static final int ATTEMPTS = 2; // a run directory moves once

  private static final Logger log = LoggerFactory.getLogger(LogRoutes.class);

  private final RunRegistry registry;

  private final LogFollowers followers;

  LogRoutes(RunRegistry registry, LogFollowers followers) {
    this.registry = registry;
    this.followers = followers;
  }

  void addTo(Routes routes) {
    routes.get("/api/tunix/runs/{run_id}/logs", this::follow);
    routes.get("/api/tunix/runs/{run_id}/logs/{stream}", this::send);
  }

  private void follow(Context ctx) {
    RunId id = RunRoutes.runId(ctx);
    QueryParameters query = new QueryParameters(ctx.queryString());
    long sinceSeq = query.integer("since_seq", 0, 0, MAX_SEQ);
    query.throwIfInvalid();
    boolean isHere =
        registry.findJournaled(id).isPresent() || registry.log(id, LogStream.STDOUT).isPresent();
    if (!isHere) {
      throw none(id);
    }
    Run ended = recorded(id).filter(run -> run.status().isFinal()).orElse(null);
    followers.requirePlace();
    ctx.contentType("text/event-stream; charset=utf-8");
    ctx.header("X-Accel-Buffering", "no"); // nginx passes events on at once
    if (ctx.method().name().equals("HEAD")) {
      return;
    }
    FollowStart start = FollowStart.of(sinceSeq, ctx.header("Last-Event-ID"));
    ServletOutputStream out = outputStream(ctx);
    ctx.future(
        () -> followers.follow(id, ended, start, out, () -> ClientConnection.close(ctx.req())));
  }

  /** Finds a run of this host; it is followed without the database, too. */
  private Optional<Run> recorded(RunId id) {
    try {
      return registry.find(id);
    } catch (RepositoryException e) {
      log.debug("run {} is followed without the database", id, e);
      return Optional.empty();
    }
  }

  private static ServletOutputStream outputStream(Context ctx) {
    try {
      return ctx.res().getOutputStream();
    } catch (IOException e) { // Jetty throws none
      throw new UncheckedIOException(e);
    }
  }

  private void send(Context ctx) throws IOException {
    RunId id = RunRoutes.runId(ctx);
    LogStream stream =
        LogStream.of(ctx.pathParam("stream")).orElseThrow(() -> HttpProblem.of(404, "Not Found"));
    QueryParameters query = new QueryParameters(ctx.queryString());
    long tail = query.integer("tail", -1, 0, MAX_TAIL_LINES);
    query.throwIfInvalid();
    try (FileChannel file = open(id, stream)) {
      long size = Math.min(file.size(), registry.logLimit(id));
      if (tail >= 0) {
        if (tail > 0 && size <= MAX_COUNTED_BYTES) {
          ctx.header(TOTAL_LINES, String.valueOf(TailLocator.count(file, size)));
        }
        long least = Math.max(0, size - MAX_TAIL_BYTES);
        long begin = TailLocator.begin(file, size, tail, least);
        if (begin == least && least > 0) {
          ctx.header(TAIL_TRUNCATED, "true");
        }
        send(ctx, file, new ByteRange(begin, size), 200);
      } else {
        sendRange(ctx, file, size);
      }
    }
  }

  private FileChannel open(RunId id, LogStream stream) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Path path = registry.log(id, stream).orElseThrow(() -> none(id));
      try {
        return RegularFiles.open(path, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        log.debug("{} has gone since it was found: the run was settled meanwhile", path);
      }
    }
    throw none(id);
  }

  private HttpProblem none(RunId id) {
    Optional<Run> run = registry.find(id);
    if (run.isEmpty()) {
      return HttpProblem.of(404, "No run " + id);
    }
    Provenance provenance = run.get().provenance();
    String known =
        provenance == null ? "" : ": it ran on " + provenance.host() + ", or it was deleted";
    return HttpProblem.of(404, "This host has no output of run " + id + known);
  }

  private static void sendRange(Context ctx, FileChannel file, long size) throws IOException {
    ctx.header("Accept-Ranges", "bytes");
    // no validators are sent, so If-Range cannot match
    String range = ctx.header("If-Range") == null ? ctx.header("Range") : null;
    if (range == null || !ByteRange.isSingle(range)) {
      send(ctx, file, new ByteRange(0, size), 200);
      return;
    }
    ByteRange wanted =
        ByteRange.parse(range, size)
            .orElseThrow(
                () ->
                    HttpProblem.of(416, "The output has " + size + " bytes so far")
                        .withHeader("Content-Range", "bytes */" + size));
    ctx.header("Content-Range", "bytes %d-%d/%d".formatted(wanted.begin(), wanted.end() - 1, size));
    send(ctx, file, wanted, 206);
  }

  private static void send(Context ctx, FileChannel file, ByteRange range, int status)
      throws IOException {
    ctx.status(status);
    FileResponse.send(ctx, "text/plain; charset=utf-8", file, range.begin(), range.end());
  }
}
