package dev.runregistry.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The environment with which the launcher was started. Its shell may drop variables whose names are
 * no identifiers, such as exported functions of bash, so it writes what the kernel has to a pipe,
 * beside the start of this process: a line of its own, the variables, each followed by a NUL, and
 * an equals sign and a NUL at the end.
 */
final class InitialEnvironment {
  /** Set by the launcher: the number of the descriptor to read. */
  private static final String DESCRIPTOR = "registry.environ";

  private static final byte[] END = {'=', 0};

  /** The writer needs two milliseconds, and had the start of a JVM for them. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

  private InitialEnvironment() {}

  /** Returns the variables; empty where the launcher did not hand them on. */
  static Map<String, String> read() {
    String descriptor = System.getProperty(DESCRIPTOR);
    if (descriptor == null) {
      return Map.of();
    }
    try (InputStream pipe = new FileInputStream("/proc/self/fd/" + descriptor)) {
      return parsed(toItsEnd(pipe));
    } catch (IOException e) { // it helps where it can
      return Map.of();
    }
  }

  /** Without a writer a pipe is at its end, also before the writer has opened it. */
  private static byte[] toItsEnd(InputStream pipe) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long giveUp = System.nanoTime() + PATIENCE;
    while (!isComplete(all.toByteArray()) && System.nanoTime() < giveUp) {
      if (pipe.transferTo(all) == 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
    return all.toByteArray();
  }

  private static boolean isComplete(byte[] read) {
    return read.length >= END.length
        && Arrays.equals(read, read.length - END.length, read.length, END, 0, END.length);
  }

  /** Returns the variables in the text; none if it is not complete. */
  static Map<String, String> parsed(byte[] read) {
    Map<String, String> variables = new HashMap<>();
    int begin = 0;
    while (begin < read.length && read[begin] != '\n') { // the launcher's own line
      begin++;
    }
    begin++;
    if (!isComplete(read)) {
      return variables;
    }
    for (int end = begin; end < read.length - END.length; end++) {
      if (read[end] == 0) {
        put(variables, read, begin, end);
        begin = end + 1;
      }
    }
    return variables;
  }

  private static void put(Map<String, String> variables, byte[] read, int begin, int end) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read, begin, end - begin))
              + "";
      int equals = text.indexOf('=');
      if (equals > 0) {
        variables.put(text.substring(0, equals), text.substring(equals + 1));
      }
    } catch (CharacterCodingException e) {
      // Java would garble it; as inherited, byte by byte, it arrives
    }
  }
}
