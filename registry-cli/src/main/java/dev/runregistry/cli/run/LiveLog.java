package dev.runregistry.cli.run;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints the output of a run on another host, line by line, from the files that it is written to.
 */
final class LiveLog {
  private static final Logger log = LoggerFactory.getLogger(LiveLog.class);
  private static final int POLL_MILLIS = 200;

  private final RunRegistry registry;
  private final RunId id;
  private final OutputStream stdout;
  private final OutputStream stderr;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::follow, "live log");
  private OutputPosition position = OutputPosition.START; // of the thread, as what follows
  private @Nullable OutputReader reader;

  LiveLog(RunRegistry registry, RunId id, OutputStream stdout, OutputStream stderr) {
    this.registry = registry;
    this.id = id;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Blocks until all output of the ended run is printed. */
  void finish() throws InterruptedException {
    ended.countDown();
    thread.join();
  }

  private void follow() {
    try {
      boolean isOver;
      do {
        isOver = ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        print(isOver);
      } while (!isOver);
      if (reader != null) {
        reader.close();
      }
    } catch (IOException e) {
      log.warn("the output cannot be shown: {}", e.getMessage());
    } catch (InterruptedException e) { // not expected
      Thread.currentThread().interrupt();
    }
  }

  private void print(boolean isOver) throws IOException {
    if (reader == null) {
      Optional<OutputReader> found = registry.output(id);
      if (found.isEmpty()) {
        return;
      }
      reader = found.get();
    }
    OutputBatch batch;
    do {
      batch = reader.read(position, isOver);
      for (OutputLine line : batch.lines()) {
        byte[] bytes = line.text().getBytes(StandardCharsets.UTF_8);
        (line.stream() == LogStream.STDOUT ? stdout : stderr).write(bytes);
      }
      position = batch.next();
    } while (!batch.complete());
    stdout.flush();
    stderr.flush();
  }
}
