package dev.runregistry.http.internal.output;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/** Sends a part of a file. Only a buffer of it is held in memory. */
public final class FileResponse {
  private static final int BUFFER = 64 * 1024;

  private FileResponse() {}

  /**
   * Sends the part; for HEAD only its size.
   *
   * @param begin its first byte
   * @param end the byte after its last one
   * @throws IOException if the file has become shorter, or the client is gone
   */
  public static void send(Context ctx, String contentType, FileChannel file, long begin, long end)
      throws IOException {
    ctx.contentType(contentType);
    ctx.res().setContentLengthLong(end - begin);
    if (!ctx.method().name().equals("HEAD")) {
      file.position(begin);
      copy(Channels.newInputStream(file), ctx.outputStream(), end - begin);
    }
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, BUFFER));
      if (n < 0) {
        throw new IOException("the run has cut its output while it was being read");
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }
}
