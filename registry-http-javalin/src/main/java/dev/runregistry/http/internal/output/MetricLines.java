package dev.runregistry.http.internal.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.runregistry.json.LastMetrics;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The lines of a file, at most its last {@value #MAX_BYTES} bytes, of which each is a JSON value.
 * The file is read twice, so that no more than a line is held in memory. A last line without a line
 * feed is being written: it is a value if it is whole, and nothing otherwise.
 */
public final class MetricLines {
  /** The maximum part of the file that is read: 16 MiB. */
  public static final long MAX_BYTES = LastMetrics.MAX_BYTES;

  /** The maximum size of a line: 64 KiB; longer ones count as no JSON. */
  private static final int MAX_LINE = 64 * 1024;

  private static final JsonFactory JSON = new JsonFactory();

  private final FileChannel file;
  private final long begin;
  private final long end;
  private long skipped;

  private MetricLines(FileChannel file, long begin, long end) {
    this.file = file;
    this.begin = begin;
    this.end = end;
  }

  /** Returns the lines that the file has now. */
  public static MetricLines of(FileChannel file) throws IOException {
    long end = file.size();
    MetricLines lines = new MetricLines(file, Math.max(0, end - MAX_BYTES), end);
    lines.skipped = lines.copyTo(OutputStream.nullOutputStream());
    return lines;
  }

  /** Returns whether earlier lines are left out. */
  public boolean isTruncated() {
    return begin > 0;
  }

  /** Returns the number of lines that are no JSON. */
  public long skipped() {
    return skipped;
  }

  /** Writes the array of the values. */
  public void writeTo(OutputStream out) throws IOException {
    copyTo(out);
  }

  /** Writes the array of the values, and returns the number of lines that are none. */
  private long copyTo(OutputStream out) throws IOException {
    file.position(begin);
    InputStream in = new BufferedInputStream(Channels.newInputStream(file), MAX_LINE);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long wrong = 0;
    boolean first = true;
    boolean whole = begin == 0; // else the first line began before it
    out.write('[');
    for (long position = begin; position < end; position++) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the run has cut its metrics while they were being read");
      }
      boolean ends = b == '\n';
      if (!ends && line.size() <= MAX_LINE) {
        line.write(b);
      }
      if (ends || position == end - 1) {
        if (whole && isJson(line)) {
          if (!first) {
            out.write(',');
          }
          first = false;
          line.writeTo(out);
        } else if (whole && ends) {
          wrong++;
        }
        whole = true;
        line.reset();
      }
    }
    out.write(']');
    return wrong;
  }

  private static boolean isJson(ByteArrayOutputStream line) {
    if (line.size() > MAX_LINE) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(text(line))) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(ByteArrayOutputStream line) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(line.toByteArray()))
        .toString();
  }
}
