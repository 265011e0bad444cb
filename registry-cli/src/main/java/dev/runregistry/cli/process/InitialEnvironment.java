package dev.runregistry.cli.process;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The environment with which the launcher was started. Its shell may drop variables whose names are
 * no identifiers, such as exported functions of bash, so it writes what the kernel has to a pipe,
 * beside the start of this process: a line of its own, the variables, each followed by a NUL, a
 * status as the kernel shows it, and an equals sign and a NUL at the end. Without lambdas, each of
 * which would delay the command.
 *
 * @param variables by name, null for what only its shell has added; empty where the launcher did
 *     not hand them on
 * @param ignored the signals that were ignored, of those that this JVM handles in any case
 */
public record InitialEnvironment(Map<String, @Nullable String> variables, List<String> ignored) {
  /** Set by the launcher: the number of the descriptor to read. */
  private static final String DESCRIPTOR = "registry.environ";

  private static final List<String> SHELLS = List.of("PWD", "OLDPWD", "SHLVL", "_");
  private static final String IGNORED = "SigIgn:";
  private static final byte[] END = {'=', 0};

  /** The writer needs two milliseconds, and had the start of a JVM for them. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

  private static final InitialEnvironment NONE = new InitialEnvironment(Map.of(), List.of());

  /** The signals that HotSpot always handles; a run needs none of them. */
  private static final List<String> HANDLED = List.of("PIPE", "XFSZ", "USR2");

  /** Returns what the launcher handed on. */
  public static InitialEnvironment read() {
    String descriptor = System.getProperty(DESCRIPTOR);
    if (descriptor == null) {
      return NONE;
    }
    try (InputStream pipe = new FileInputStream("/proc/self/fd/" + descriptor)) {
      return parsed(readFully(pipe));
    } catch (IOException e) { // it helps where it can
      return NONE;
    }
  }

  /** Without a writer a pipe is at its end, also before the writer has opened it. */
  private static byte[] readFully(InputStream pipe) throws IOException {
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

  /** Returns what is in the text; nothing if it is not complete. */
  public static InitialEnvironment parsed(byte[] read) {
    if (!isComplete(read)) {
      return NONE;
    }
    Map<String, @Nullable String> variables = new HashMap<>();
    int begin = 0;
    while (begin < read.length && read[begin] != '\n') { // the launcher's own line
      begin++;
    }
    begin++;
    Set<String> names = new HashSet<>(); // those of values that are not UTF-8, too
    String entry = "";
    for (int end = begin; end < read.length - END.length; end++) {
      if (read[end] == 0) {
        put(variables, read, begin, end);
        entry = new String(read, begin, end - begin, StandardCharsets.ISO_8859_1);
        names.add(entry.substring(0, Math.max(0, entry.indexOf('='))));
        begin = end + 1;
      }
    }
    for (String name : SHELLS) {
      if (!names.contains(name)) {
        variables.put(name, null);
      }
    }
    return new InitialEnvironment(variables, ignored(entry)); // the status is the last
  }

  private static List<String> ignored(String status) {
    int begin = status.indexOf(IGNORED);
    if (begin < 0) {
      return List.of();
    }
    String mask = status.substring(begin + IGNORED.length(), status.indexOf('\n', begin)).strip();
    long bits = Long.parseUnsignedLong(mask, 16);
    List<String> ignored = new ArrayList<>();
    for (String name : HANDLED) {
      if ((bits >> (ProcessSignals.number(name) - 1) & 1) == 1) {
        ignored.add(name);
      }
    }
    return ignored;
  }

  /** Ignores the signals again, so that the runs inherit that. */
  public void ignoreSignals() {
    for (String name : ignored) {
      ProcessSignals.ignore(name);
    }
  }

  private static void put(
      Map<String, @Nullable String> variables, byte[] read, int begin, int end) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(read, begin, end - begin))
              .toString();
      int equals = text.indexOf('=');
      if (equals > 0) {
        variables.put(text.substring(0, equals), text.substring(equals + 1));
      }
    } catch (CharacterCodingException e) {
      // Java would garble it; as inherited, byte by byte, it arrives
    }
  }
}
