package dev.runregistry.executor.slurm;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job as Slurm describes it.
 *
 * @param id its number; may be used again for another job, so that it is compared with the name
 * @param name the name that the registry gave it
 * @param word its state as Slurm calls it
 * @param code the exit code of its script; counts only without a signal
 * @param signal the signal that ended its script; 0 for none. A number above 64 is none either, but
 *     a reason of Slurm's
 * @param start when it started on its nodes, in whole seconds; empty if it never did. Slurm itself
 *     gives a job that was cancelled in the queue a start, but no nodes
 * @param end when it ended, in whole seconds; empty while it runs
 * @param pending how long it has waited, or waited before its start
 * @param elapsed how long it has been running
 * @param limit its time limit; empty for none
 * @param reason why it waits or failed, a word of Slurm's
 */
record Job(
    long id,
    String name,
    String word,
    int code,
    int signal,
    Optional<Instant> start,
    Optional<Instant> end,
    Duration pending,
    Duration elapsed,
    Optional<Duration> limit,
    String reason) {

  private static final List<String> SQUEUE_FIELDS =
      List.of(
          "JobID",
          "State",
          "exit_code",
          "StartTime",
          "EndTime",
          "PendingTime",
          "TimeUsed",
          "TimeLimit",
          "NodeList",
          "Reason",
          "Name");

  /**
   * The fields of {@code sacct -P}, which has no reason; the name, which users set, is the last.
   */
  static final String SACCT_FIELDS =
      "JobIDRaw,State,ExitCode,Start,End,Elapsed,Timelimit,NodeList,JobName";

  private static final int SACCT_COUNT = 9;
  private static final int MISSED = 1;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
  private static final Pattern CODES = Pattern.compile("(\\d{1,3}):(\\d{1,3})");
  private static final Pattern TIME =
      Pattern.compile("(?:(\\d{1,6})-)?(?:(\\d{1,2}):)??(\\d{1,2}):(\\d{2})(?:\\.\\d+)?");
  private static final int SIGNAL_MASK = 127; // of a wait status
  private static final int CODE_SHIFT = 8;

  /** Returns the phase. */
  JobState state() {
    return JobState.of(word);
  }

  /** Returns whether it has waited for that long; false if there is no limit. */
  boolean hasWaitedFor(Optional<Duration> limit) {
    return limit.filter(time -> pending.compareTo(time) >= 0).isPresent();
  }

  /**
   * Returns whether the exit code can be the controller's own: it gives 1 to a job whose batch
   * script a node does not know, such as after a crash of the controller, and whose command may
   * still run.
   */
  boolean mayBeMissed() {
    return state() == JobState.ENDED && signal == 0 && code == MISSED;
  }

  /** Returns the one with the higher number. */
  Job later(Job other) {
    return id > other.id ? this : other;
  }

  /** Returns the state for messages: the word, and the reason if it adds something. */
  String description() {
    String exit = signal > 0 ? ", signal " + signal : code > 0 ? ", exit code " + code : "";
    boolean says = !reason.isEmpty() && !reason.equals("None") && !reason.equals("NonZeroExitCode");
    return word + (says ? " (" + reason + ")" : "") + exit;
  }

  /**
   * Returns the format for {@code squeue}.
   *
   * @param separator ends each field: a text that no name of a job can contain by chance
   */
  static String squeueFormat(String separator) {
    StringBuilder format = new StringBuilder();
    SQUEUE_FIELDS.forEach(field -> format.append(field).append(':').append(separator).append(','));
    return format.substring(0, format.length() - 1);
  }

  /** Parses the output of {@code squeue} in that format; skips what is no job of that form. */
  static List<Job> ofSqueue(String text, String separator) {
    List<Job> jobs = new ArrayList<>();
    String[] fields = text.split(Pattern.quote(separator), -1);
    for (int i = 0; i + SQUEUE_FIELDS.size() < fields.length; i += SQUEUE_FIELDS.size()) {
      String id = fields[i].substring(fields[i].lastIndexOf('\n') + 1); // warnings come before it
      Optional<int[]> exit = ofWaitStatus(fields[i + 2]);
      if (NUMBER.matcher(id).matches() && exit.isPresent()) {
        String word = fields[i + 1];
        jobs.add(
            new Job(
                Long.parseLong(id),
                fields[i + 10],
                word,
                exit.get()[0],
                exit.get()[1],
                start(word, fields[i + 3], fields[i + 8]),
                instant(fields[i + 4]),
                NUMBER.matcher(fields[i + 5]).matches()
                    ? Duration.ofSeconds(Long.parseLong(fields[i + 5]))
                    : Duration.ZERO,
                duration(fields[i + 6]).orElse(Duration.ZERO),
                duration(fields[i + 7]),
                fields[i + 9]));
      }
    }
    return jobs;
  }

  /** Parses the lines of {@code sacct -P}; skips what is no job of that form. */
  static List<Job> ofSacct(String text) {
    List<Job> jobs = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.split("\\|", SACCT_COUNT);
      if (fields.length == SACCT_COUNT && NUMBER.matcher(fields[0]).matches()) {
        ofCodes(fields[2])
            .ifPresent(
                exit ->
                    jobs.add(
                        new Job(
                            Long.parseLong(fields[0]),
                            fields[8],
                            fields[1],
                            exit[0],
                            exit[1],
                            start(fields[1], fields[3], fields[7]),
                            instant(fields[4]),
                            Duration.ZERO,
                            duration(fields[5]).orElse(Duration.ZERO),
                            duration(fields[6]),
                            "")));
      }
    }
    return jobs;
  }

  /** The start of a pending job is a forecast. */
  private static Optional<Instant> start(String word, String time, String nodes) {
    boolean hasNodes = !nodes.isBlank() && !nodes.equals("None assigned");
    return hasNodes && JobState.of(word) != JobState.PENDING ? instant(time) : Optional.empty();
  }

  private static Optional<int[]> ofWaitStatus(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    long status = Long.parseLong(text);
    int signal = (int) (status & SIGNAL_MASK);
    return Optional.of(new int[] {signal > 0 ? 0 : (int) (status >> CODE_SHIFT) & 255, signal});
  }

  private static Optional<int[]> ofCodes(String text) {
    Matcher codes = CODES.matcher(text);
    return codes.matches()
        ? Optional.of(
            new int[] {
              Integer.parseInt(codes.group(1)), Integer.parseInt(codes.group(2)) & SIGNAL_MASK
            })
        : Optional.empty();
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) { // N/A, Unknown
      return Optional.empty();
    }
  }

  /** Parses {@code [days-][hours:]minutes:seconds}. */
  private static Optional<Duration> duration(String text) {
    Matcher time = TIME.matcher(text);
    return time.matches()
        ? Optional.of(
            Duration.ofDays(number(time.group(1)))
                .plusHours(number(time.group(2)))
                .plusMinutes(number(time.group(3)))
                .plusSeconds(number(time.group(4))))
        : Optional.empty(); // UNLIMITED, INVALID
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
