package dev.runregistry.http.internal.output;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.output.OutputLine;
import java.io.ByteArrayOutputStream;

/** Writes server-sent events. The id of a line is its two offsets and its number. */
final class LogEvents {
  /** A comment, so that the client has the headers before the first event. */
  static final byte[] COMMENT = ":\n\n".getBytes(US_ASCII);

  private LogEvents() {}

  static byte[] heartbeat(long seq) {
    return "event: heartbeat\ndata: {\"seq\":%d}\n\n".formatted(seq).getBytes(US_ASCII);
  }

  static byte[] status(RunStatus status) {
    return "event: status\ndata: {\"status\":\"%s\"}\n\n".formatted(status.text()).getBytes(UTF_8);
  }

  /** Returns the end of the event of a line, which is the same for all clients. */
  static byte[] end(OutputLine line) {
    byte[] chunk = JsonStringEncoder.getInstance().quoteAsUTF8(line.text());
    String time = line.at() == null ? "null" : '"' + Timestamps.text(line.at()) + '"';
    ByteArrayOutputStream end = new ByteArrayOutputStream(chunk.length + 96);
    end.writeBytes(
        "\"stream\":\"%s\",\"chunk\":\"".formatted(line.stream().text()).getBytes(US_ASCII));
    end.writeBytes(chunk);
    end.writeBytes("\",\"created_at\":%s}\n\n".formatted(time).getBytes(US_ASCII));
    return end.toByteArray();
  }

  /** Writes the event of a line. */
  static void write(ByteArrayOutputStream out, OutputLine line, long seq, byte[] end) {
    String start =
        "id: "
            + line.stdout()
            + '-'
            + line.stderr()
            + '-'
            + seq
            + "\nevent: log\ndata: {\"seq\":"
            + seq
            + ',';
    out.writeBytes(start.getBytes(US_ASCII));
    out.writeBytes(end);
  }
}
