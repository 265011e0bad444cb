package dev.runregistry.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen in one scenario, all of it drawn from a seed beforehand, so that the same seed
 * is the same plan. When exactly a process is where is up to the machine.
 *
 * @param door through which runs come in
 * @param freshDatabase whether nobody has made its tables yet
 * @param awayFirst how the database is away at the beginning; empty if it is there
 * @param disk what kind of disk the home is on
 * @param clockOffset seconds by which the clock of the registries is wrong, which is by how much it
 *     is set during each run, because files have the right time; 0 for none
 * @param slots the number of queued runs that may run at once
 * @param runs what is started
 * @param events what happens meanwhile, in that order
 */
record Plan(
    Door door,
    boolean freshDatabase,
    Optional<Integer> awayFirst,
    Disk disk,
    int clockOffset,
    int slots,
    List<PlannedRun> runs,
    List<Event> events) {

  private static final int MOMENTS = 2 * Steps.OF_SUBMIT.size(); // before and after each
  private static final int MOMENTS_OF_QUEUED = 2 * (Steps.OF_SUBMIT.size() + Steps.OF_QUEUE);
  private static final int[] CODES = {0, 0, 1, 3, 7, 64, 100};

  /** Who carries runs out. */
  enum Door {
    /** A program that embeds the registry. */
    LIBRARY,
    /** {@code registry run}. */
    COMMAND_LINE,
    /** {@code registry serve}, asked by HTTP. */
    SERVER
  }

  /** Where the home is. */
  enum Disk {
    LARGE,
    /** Which can be full; the database is elsewhere. */
    SMALL
  }

  /**
   * What a child does.
   *
   * @param millis how long it takes; negative if it only ends when it is cancelled
   * @param code with which it ends
   * @param leavesBehind whether something that it started in a session of its own outlives it
   * @param deafToTerm whether it ignores that
   */
  record Child(int millis, int code, boolean leavesBehind, boolean deafToTerm) {
    boolean isEndless() {
      return millis < 0;
    }
  }

  /**
   * A moment at which a process is to die: at its n-th call of the system, before it is made; or,
   * for {@link Door#LIBRARY}, at the n-th moment of its ports.
   *
   * @param call null for a moment of the ports
   * @param error the name of the error with which the call fails instead; null if the process dies
   */
  record Step(@Nullable String call, int number, @Nullable String error) {
    Step(@Nullable String call, int number) {
      this(call, number, null);
    }

    boolean fails() {
      return error != null;
    }
  }

  /**
   * A run that is started, or submitted to the queue.
   *
   * @param priority its priority in the queue; empty if it is started at once
   */
  record PlannedRun(
      int pauseMillis,
      Child child,
      Optional<Integer> limitMillis,
      Optional<Step> registryDies,
      Optional<Step> supervisorDies,
      Optional<Integer> priority) {
    PlannedRun(
        int pauseMillis,
        Child child,
        Optional<Integer> limitMillis,
        Optional<Step> registryDies,
        Optional<Step> supervisorDies) {
      this(pauseMillis, child, limitMillis, registryDies, supervisorDies, Optional.empty());
    }

    boolean isQueued() {
      return priority.isPresent();
    }

    /** Whether its submission to a server has an idempotency key, and is repeated. */
    boolean hasKey() {
      return priority.filter(value -> value % 2 == 0).isPresent();
    }
  }

  /** What happens after a pause. */
  record Event(int pauseMillis, Kind kind, int number, Optional<Step> dies) {}

  /** What can happen. */
  enum Kind {
    KILL_A_REGISTRY,
    FREEZE_A_REGISTRY,
    KILL_SUPERVISORS,
    KILL_CHILDREN,
    KILL_ALL,
    /** A queued or running run, in one of the ways of {@link CancelWay}. */
    CANCEL,
    RECONCILE,
    /** With another database on the same home. */
    RECONCILE_ELSEWHERE,
    /** With so few descriptors that some of the evidence cannot be read. */
    RECONCILE_STARVED,
    DATABASE_AWAY,
    DATABASE_BACK,
    FILL_THE_DISK,
    EMPTY_THE_DISK
  }

  /** How a run is cancelled. */
  enum CancelWay {
    BY_ITS_OWNER,
    BY_ANOTHER_PROCESS,
    /** By a process of another home, which finds the run in the database only. */
    THROUGH_THE_DATABASE
  }

  /** The plan of that seed, for a database that can go away in so many ways. */
  static Plan of(long seed, int waysToGo) {
    return new Draw(new Random(seed), waysToGo).plan();
  }

  /** Those of a registry that its children do not make, in no order. */
  static List<Step> callsOfRegistry() {
    return Stream.concat(Draw.OF_REGISTRY.stream(), Draw.OF_REGISTRY_TOO.stream()).toList();
  }

  /** Those of a supervisor, in no order. */
  static List<Step> callsOfSupervisor() {
    return Draw.OF_SUPERVISOR;
  }

  /**
   * Each open and each read of the first thread of a registry, which fails: for want of a
   * descriptor, by a broken disk, by a right that was taken away, by a file server that restarted.
   * The errors take turns. More than there are, because the scans of {@code /proc} differ.
   */
  static List<Step> failingLooks() {
    return Stream.concat(
            failing("openat", 400, "EMFILE", "EIO", "EACCES", "ESTALE"),
            failing("read", 600, "EIO", "ESTALE"))
        .toList();
  }

  private static Stream<Step> failing(String call, int count, String... errors) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> new Step(call, number, errors[number % errors.length]));
  }

  /** Whether a supervisor or a child may have died by our hand. */
  boolean killsProcesses() {
    return runs.stream().anyMatch(run -> run.supervisorDies.isPresent())
        || events.stream()
            .anyMatch(
                event ->
                    List.of(Kind.KILL_SUPERVISORS, Kind.KILL_CHILDREN, Kind.KILL_ALL)
                        .contains(event.kind));
  }

  /** Whether a registry may have died by our hand between its beginning of a run and its end. */
  boolean killsRegistries() {
    return runs.stream().flatMap(run -> run.registryDies.stream()).anyMatch(step -> !step.fails())
        || events.stream()
            .anyMatch(event -> List.of(Kind.KILL_A_REGISTRY, Kind.KILL_ALL).contains(event.kind));
  }

  /** Whether the start of a run may not have been saved at first. */
  boolean takesTheDatabaseAway() {
    return awayFirst.isPresent()
        || events.stream().anyMatch(event -> event.kind == Kind.DATABASE_AWAY);
  }

  /**
   * Whether all that is started may still wait, or never end, when those have ended that did it.
   */
  boolean hasToBeDrained() {
    return runs.stream().anyMatch(run -> run.isQueued() || run.child().isEndless());
  }

  boolean hasLimits() {
    return runs.stream().anyMatch(run -> run.limitMillis.isPresent());
  }

  /** The drawing, in a fixed order. */
  private record Draw(Random random, int waysToGo) {
    private static final List<Step> OF_REGISTRY =
        steps("mkdir", 6, "fsync", 9, "rename", 6, "fdatasync", 6, "ftruncate", 3, "pwrite64", 12)
            .toList();
    private static final List<Step> OF_REGISTRY_TOO =
        steps("sendto", 8, "connect", 3, "unlink", 3, "futex", 20, "clone3", 13).toList();
    private static final List<Step> OF_SUPERVISOR =
        steps(
                "openat",
                13,
                "write",
                8,
                "fork",
                1,
                "clone",
                1,
                "wait4",
                3,
                "dup2",
                2,
                "fcntl",
                33,
                "pipe2",
                5,
                "pselect6",
                4,
                "prctl",
                2,
                "signalfd4",
                1)
            .toList();

    private static Stream<Step> steps(Object... callsAndCounts) {
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < callsAndCounts.length; i += 2) {
        for (int number = 1; number <= (Integer) callsAndCounts[i + 1]; number++) {
          steps.add(new Step((String) callsAndCounts[i], number));
        }
      }
      return steps.stream();
    }

    Plan plan() {
      Door door = oneOf(10, 6, 4); // of twenty
      boolean fresh = random.nextInt(5) == 0;
      Optional<Integer> away = maybe(4, waysToGo);
      Disk disk = random.nextInt(6) > 0 ? Disk.LARGE : Disk.SMALL;
      int offset = random.nextInt(6) == 0 ? random.nextInt(200_000) - 100_000 : 0;
      int slots = 1 + random.nextInt(Stage.MAX_SLOTS);
      List<PlannedRun> runs = new ArrayList<>();
      for (int i = howMany(door); i > 0; i--) {
        runs.add(run(door));
      }
      List<Event> events = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        events.add(event(door, disk));
      }
      return new Plan(
          door, fresh, away, disk, offset, slots, List.copyOf(runs), List.copyOf(events));
    }

    private Door oneOf(int library, int commandLine, int server) {
      int drawn = random.nextInt(library + commandLine + server);
      return drawn < library
          ? Door.LIBRARY
          : drawn < library + commandLine ? Door.COMMAND_LINE : Door.SERVER;
    }

    private Optional<Integer> maybe(int oneIn, int bound) {
      boolean is = random.nextInt(oneIn) == 0;
      int number = random.nextInt(bound);
      return is ? Optional.of(number) : Optional.empty();
    }

    private int howMany(Door door) {
      int few = 1 + random.nextInt(3);
      boolean many = random.nextInt(12) == 0;
      return many && door == Door.COMMAND_LINE ? 8 : few;
    }

    private PlannedRun run(Door door) {
      int millis = List.of(0, 100, 300, 500, 1000, 1500, -1, -1).get(random.nextInt(8));
      Optional<Integer> priority =
          random.nextInt(3) > 0 ? Optional.of(random.nextInt(5) - 2) : Optional.empty();
      Child child =
          new Child(
              millis,
              CODES[random.nextInt(CODES.length)],
              random.nextInt(8) == 0,
              random.nextInt(8) == 0);
      return new PlannedRun(
          random.nextInt(3) == 0 ? random.nextInt(300) : 0,
          child,
          maybe(4, 1).map(none -> 400),
          step(door, priority.isPresent() ? MOMENTS_OF_QUEUED : MOMENTS),
          maybe(7, OF_SUPERVISOR.size()).map(OF_SUPERVISOR::get),
          priority);
    }

    private Optional<Step> step(Door door, int moments) {
      return door == Door.LIBRARY
          ? maybe(2, moments).map(moment -> new Step(null, moment))
          : call();
    }

    private Optional<Step> call() {
      List<Step> from = random.nextInt(3) == 0 ? OF_REGISTRY_TOO : OF_REGISTRY;
      boolean fails = random.nextBoolean();
      return maybe(2, from.size())
          .map(from::get)
          .map(
              step ->
                  "fsync".equals(step.call)
                      ? new Step("fsync", step.number, fails ? "EIO" : null)
                      : step);
    }

    private Event event(Door door, Disk disk) {
      List<Kind> possible =
          Stream.of(Kind.values())
              .filter(kind -> disk != Disk.LARGE || !kind.name().endsWith("_DISK"))
              .sorted(Comparator.naturalOrder())
              .toList();
      boolean cancels = random.nextBoolean();
      Kind drawn = possible.get(random.nextInt(possible.size()));
      Kind kind = cancels ? Kind.CANCEL : drawn;
      int number = random.nextInt(1 << 20);
      Optional<Step> dies = kind == Kind.CANCEL ? call() : step(door, MOMENTS);
      return new Event(random.nextInt(700), kind, number, dies);
    }
  }
}
