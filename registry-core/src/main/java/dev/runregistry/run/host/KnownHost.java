package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host that was announced, has active runs or is retired.
 *
 * @param name its name
 * @param homes its homes, last seen first; empty if none was ever announced
 * @param pending the number of its runs that wait
 * @param running the number of its running runs
 * @param latestStart the start of the latest of these; null if there are none
 * @param retirement its last retirement; null if there is none
 * @param now the time of this answer, by the clock of the database
 */
public record KnownHost(
    String name,
    List<SeenHome> homes,
    long pending,
    long running,
    @Nullable Instant latestStart,
    @Nullable HostRetirement retirement,
    Instant now) {

  /** The time between two announcements of a home whose registry lasts. */
  public static final Duration ANNOUNCED_EVERY = Duration.ofSeconds(10);

  /** The time without an announcement after which a home counts as unseen. */
  public static final Duration UNSEEN_AFTER = Duration.ofMinutes(1);

  /** Copies the list. */
  public KnownHost {
    requireNonNull(name, "name");
    requireNonNull(now, "now");
    homes = List.copyOf(homes);
  }

  /** Returns the last announcement of any of its homes; empty if there was none. */
  public Optional<Instant> lastSeen() {
    return homes.stream().map(SeenHome::lastSeen).max(Instant::compareTo);
  }

  /** Returns the time since {@link #lastSeen}, not negative. */
  public Optional<Duration> age() {
    return lastSeen().map(this::since);
  }

  private Duration since(Instant then) {
    Duration age = Duration.between(then, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * Returns whether one of its homes was seen, or one of its active runs was started, within {@link
   * #UNSEEN_AFTER}: a run is announced some seconds after its start.
   */
  public boolean isSeen() {
    return quietFor().filter(quiet -> quiet.compareTo(UNSEEN_AFTER) < 0).isPresent();
  }

  /** Returns the time since its last sign, as in {@link #isSeen}; empty if there was none. */
  public Optional<Duration> quietFor() {
    return lastSign().map(this::since);
  }

  private Optional<Instant> lastSign() {
    Instant started = latestStart;
    return started == null || lastSeen().filter(seen -> seen.isAfter(started)).isPresent()
        ? lastSeen()
        : Optional.of(started);
  }

  /** Returns whether it is retired, and was not seen after that. */
  public boolean isRetired() {
    HostRetirement last = retirement;
    return last != null && lastSeen().filter(seen -> seen.isAfter(last.at())).isEmpty();
  }
}
