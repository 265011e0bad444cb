package dev.runregistry.executor.slurm;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
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
 * @param end when it ended, in whole seconds; empty while it runs
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
    Optional<Instant> end,
    Duration elapsed,
    Optional<Duration> limit,
    String reason) {

  /** The fields of {@code squeue}; what users or administrators can set comes last. */
  static final String SQUEUE_FIELDS =
      "JobID:|,State:|,exit_code:|,EndTime:|,TimeUsed:|,TimeLimit:|,Name:|,Reason:|";

  /** The same of {@code sacct}, which has no reason. */
  static final String SACCT_FIELDS = "JobIDRaw,State,ExitCode,End,Elapsed,Timelimit,JobName";

  private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
  private static final Pattern CODES = Pattern.compile("(\\d{1,3}):(\\d{1,3})");
  private static final Pattern TIME =
      Pattern.compile("(?:(\\d{1,6})-)?(?:(\\d{1,2}):)??(\\d{1,2}):(\\d{2})(?:\\.\\d+)?");
  private static final int FIELDS = 7;
  private static final int SIGNAL_MASK = 127; // of a wait status
  private static final int CODE_SHIFT = 8;

  /** Returns the phase. */
  JobState state() {
    return JobState.of(word);
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

  /** Parses the lines of {@code squeue}; skips what is no job of that form. */
  static List<Job> ofSqueue(String text) {
    return parse(text, false);
  }

  /** Parses the lines of {@code sacct -P}. */
  static List<Job> ofSacct(String text) {
    return parse(text, true);
  }

  private static List<Job> parse(String text, boolean isAccounting) {
    List<Job> jobs = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.split("\\|", FIELDS + 1);
      if (fields.length >= FIELDS && NUMBER.matcher(fields[0]).matches()) {
        exit(fields[2], isAccounting)
            .ifPresent(
                exit ->
                    jobs.add(
                        new Job(
                            Long.parseLong(fields[0]),
                            fields[6],
                            fields[1],
                            exit[0],
                            exit[1],
                            instant(fields[3]),
                            duration(fields[4]).orElse(Duration.ZERO),
                            duration(fields[5]),
                            fields.length > FIELDS
                                ? fields[FIELDS].replaceFirst("\\|$", "")
                                : "")));
      }
    }
    return jobs;
  }

  /** Returns code and signal: of a wait status, or of the form {@code code:signal}. */
  private static Optional<int[]> exit(String text, boolean isAccounting) {
    Matcher codes = CODES.matcher(text);
    if (isAccounting) {
      return codes.matches()
          ? Optional.of(new int[] {Integer.parseInt(codes.group(1)), signal(codes.group(2))})
          : Optional.empty();
    }
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    long status = Long.parseLong(text);
    int signal = (int) (status & SIGNAL_MASK);
    return Optional.of(new int[] {signal > 0 ? 0 : (int) (status >> CODE_SHIFT) & 255, signal});
  }

  private static int signal(String text) {
    return Integer.parseInt(text) & SIGNAL_MASK;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException e) { // N/A, Unknown
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
