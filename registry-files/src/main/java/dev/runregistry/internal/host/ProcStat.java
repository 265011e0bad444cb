package dev.runregistry.internal.host;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A line of {@code /proc/<pid>/stat}: pid, name in parentheses (which may contain anything, also
 * parentheses and line feeds), state, parent, group, session, … and as number 22 the start time.
 */
public final class ProcStat {
  private static final int STATE = 3;
  private static final int PARENT = 4;
  private static final int GROUP = 5;
  private static final int SESSION = 6;
  private static final int FOREGROUND_GROUP = 8;
  private static final int START_TIME = 22;

  private final byte[] line;
  private final int length;
  private final int nameEnd;
  private int at;
  private int field;

  private ProcStat(byte[] line, int length, int nameEnd) {
    this.line = line;
    this.length = length;
    this.nameEnd = nameEnd;
    at = nameEnd + 2;
    field = STATE;
  }

  public static Optional<ProcessTable.Entry> parse(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return parse(bytes, bytes.length, 0);
  }

  /** Parses the line; empty if it is incomplete or the process started before that time. */
  public static Optional<ProcessTable.Entry> parse(byte[] line, int length, long startTime) {
    int nameEnd = length - 1;
    while (nameEnd >= 0 && line[nameEnd] != ')') {
      nameEnd--;
    }
    return nameEnd < 0 || nameEnd + 2 >= length
        ? Optional.empty()
        : new ProcStat(line, length, nameEnd).entry(startTime);
  }

  private Optional<ProcessTable.Entry> entry(long startTime) {
    char state = (char) line[at];
    long parent = number(PARENT);
    long group = number(GROUP);
    long session = number(SESSION);
    long foregroundGroup = number(FOREGROUND_GROUP);
    long started = number(START_TIME);
    if (field != START_TIME || started < startTime) {
      return Optional.empty();
    }
    int nameStart = 0;
    while (nameStart < nameEnd && line[nameStart] != '(') {
      nameStart++;
    }
    OptionalLong pid = pid(nameStart);
    if (pid.isEmpty()) {
      return Optional.empty();
    }
    String name = new String(line, nameStart + 1, nameEnd - nameStart - 1, StandardCharsets.UTF_8);
    return Optional.of(
        new ProcessTable.Entry(
            new ProcessIdentity(pid.getAsLong(), started),
            parent,
            group,
            session,
            foregroundGroup,
            state,
            name));
  }

  /** Returns the pid before the name; empty if it is none, in a line that a run has changed. */
  private OptionalLong pid(int nameStart) {
    String digits =
        new String(line, 0, Math.max(0, nameStart - 1), StandardCharsets.US_ASCII).trim();
    return digits.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }

  /** Returns the number in that field, which comes after the one read last. */
  private long number(int wanted) {
    while (field < wanted && at < length) {
      if (line[at++] == ' ') {
        field++;
      }
    }
    long value = 0;
    boolean negative = at < length && line[at] == '-'; // of a kernel thread
    for (int i = negative ? at + 1 : at; i < length && line[i] >= '0' && line[i] <= '9'; i++) {
      value = value * 10 + line[i] - '0';
    }
    return negative ? -value : value;
  }
}
