package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.audit.CanonicalRetirement;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.SeenHome;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.host.Hosts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of every {@link Hosts}, and of its links in the {@link RunChain}. Subclasses provide
 * an empty database.
 */
@Timeout(600)
public abstract class HostsContract {
  private static final Set<String> PROCESS = Set.of(Runs.EXECUTOR);
  private static final Instant LONG_AGO = Instant.parse("2020-01-02T03:04:05Z");
  private static final Duration LONG = Duration.ofMinutes(2);

  private final Home home = new Home(UUID.randomUUID(), "node7", "1.2.3");
  private Hosts hosts;
  private RunRepository runs;

  /** For subclasses. */
  protected HostsContract() {}

  /** Makes an empty database; called once for each test, before the other methods. */
  protected abstract void open() throws Exception;

  /** Returns the hosts of that database. */
  protected abstract Hosts hosts();

  /** Returns its runs. */
  protected abstract RunRepository runs();

  /** Returns its chain. */
  protected abstract RunChain chain();

  /** Sets back the last announcement of a home by that time. */
  protected abstract void age(UUID home, Duration by) throws Exception;

  @BeforeEach
  final void begin_without_hosts() throws Exception {
    open();
    hosts = hosts();
    runs = runs();
  }

  private Run running(String host) {
    return saved(Runs.runningSince(LONG_AGO).withProvenance(on(host)));
  }

  private Run saved(Run run) {
    runs.save(run);
    return run;
  }

  private static Provenance on(String host) {
    return new Provenance(host, "ann", "/", "1.2.3", null, null, Map.of());
  }

  private Run running(String host, String executor) {
    Run run = Run.started(Runs.id(), Runs.localRunOf("math-v1"), executor, LONG_AGO);
    return saved(run.withProvenance(on(host)));
  }

  private void announcedLongAgo(Home one) throws Exception {
    hosts.announce(one);
    age(one.id(), LONG);
  }

  private KnownHost node7() {
    return hosts.find("node7").orElseThrow();
  }

  @Test
  void a_home_that_is_announced_is_seen() {
    hosts.announce(home);

    KnownHost known = node7();
    assertThat(known.homes()).extracting(SeenHome::home).containsExactly(home);
    assertThat(known.isSeen()).isTrue();
    assertThat(known.age().orElseThrow()).isLessThan(KnownHost.UNSEEN_AFTER);
    assertThat(known.isRetired()).isFalse();
    assertThat(known.pending() + known.running()).isZero();
    assertThat(hosts.list()).extracting(KnownHost::name).containsExactly("node7");
    assertThat(hosts.find("node8")).isEmpty();
  }

  @Test
  void a_home_that_is_announced_again_is_seen_again_with_its_new_name_and_version()
      throws Exception {
    announcedLongAgo(home);
    assertThat(node7().isSeen()).isFalse();
    assertThat(node7().age().orElseThrow()).isGreaterThan(KnownHost.UNSEEN_AFTER);

    Home renamed = new Home(home.id(), "node9", "1.2.4");
    hosts.announce(renamed);

    assertThat(hosts.find("node7")).isEmpty();
    assertThat(hosts.find("node9").orElseThrow().homes())
        .extracting(SeenHome::home)
        .containsExactly(renamed);
    assertThat(hosts.find("node9").orElseThrow().isSeen()).isTrue();
  }

  @Test
  void a_home_that_was_seen_in_the_future_is_seen_now_again() throws Exception {
    hosts.announce(home);
    age(home.id(), LONG.negated());
    Instant future = node7().lastSeen().orElseThrow();

    hosts.announce(home);

    assertThat(node7().lastSeen().orElseThrow()).isBefore(future);
  }

  @Test
  void the_homes_of_a_host_are_listed_last_seen_first() throws Exception {
    Home other = new Home(UUID.randomUUID(), "node7", "1.2.3");
    announcedLongAgo(other);
    hosts.announce(home);

    assertThat(node7().homes()).extracting(SeenHome::home).containsExactly(home, other);
    assertThat(node7().isSeen()).isTrue();
  }

  @Test
  void a_host_has_the_active_runs_that_started_there_or_wait_in_one_of_its_homes() {
    hosts.announce(home);
    running("node7");
    running("node7", "slurm");
    running("node8");
    saved(Runs.withProvenance()); // ended on node7
    Run waiting = saved(Runs.pendingAt(LONG_AGO));
    Run elsewhere = saved(Runs.pendingAt(LONG_AGO));
    hosts.assign(home.id(), null, List.of(waiting.id()));
    hosts.assign(UUID.randomUUID(), null, List.of(elsewhere.id()));

    assertThat(node7().running()).isEqualTo(2);
    assertThat(node7().pending()).isEqualTo(1);
    assertThat(node7().latestStart()).isEqualTo(LONG_AGO);
    KnownHost never = hosts.find("node8").orElseThrow();
    assertThat(never.homes()).isEmpty();
    assertThat(never.running()).isEqualTo(1);
    assertThat(never.isSeen()).as("its run started long ago").isFalse();
    assertThat(hosts.list()).extracting(KnownHost::name).containsExactly("node7", "node8");
  }

  @Test
  void a_host_that_was_never_announced_is_seen_while_its_last_start_is_new() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    saved(Runs.runningSince(now.minusSeconds(5)).withProvenance(on("node8")));

    assertThat(hosts.find("node8").orElseThrow().isSeen()).isTrue();
  }

  @Test
  void the_host_of_an_active_run_is_unseen_since_its_last_announcement() throws Exception {
    Run run = running("node7");
    Run waiting = saved(Runs.pendingAt(LONG_AGO));
    Run unassigned = saved(Runs.pendingAt(LONG_AGO));
    hosts.assign(home.id(), null, List.of(waiting.id()));
    assertThat(hosts.unseenHostOf(run)).as("it was never seen").isEmpty();
    hosts.announce(home);
    assertThat(hosts.unseenHostOf(run)).isEmpty();

    age(home.id(), LONG);

    Optional<UnseenHost> unseen =
        Optional.of(new UnseenHost("node7", node7().lastSeen().orElseThrow()));
    assertThat(hosts.unseenHostOf(run)).isEqualTo(unseen);
    assertThat(hosts.unseenHostOf(waiting)).isEqualTo(unseen);
    assertThat(hosts.unseenHostOf(unassigned)).isEmpty();
    assertThat(hosts.unseenHostOf(Runs.ended(run, Runs.exited(0)))).isEmpty();
    hosts.announce(new Home(UUID.randomUUID(), "node7", "1.2.3"));
    assertThat(hosts.unseenHostOf(run)).as("another home of it is seen").isEmpty();
  }

  @Test
  void a_retirement_is_recorded_with_its_link() throws Exception {
    announcedLongAgo(home);
    Run before = saved(Runs.completed());

    HostRetirement retired = hosts.retire("node7", "ann", "its disk is broken").orElseThrow();

    assertThat(retired.host()).isEqualTo("node7");
    assertThat(retired.user()).isEqualTo("ann");
    assertThat(retired.reason()).isEqualTo("its disk is broken");
    assertThat(node7().retirement()).isEqualTo(retired);
    assertThat(node7().isRetired()).isTrue();
    Links links = new Links();
    chain().read(links);
    assertThat(links.records)
        .containsExactly(new StoredRun.Found(before), new StoredRun.FoundRetirement(retired));
    ChainLink link = links.links.get(1);
    assertThat(link.isRetirement()).isTrue();
    assertThat(link.isIntact()).isTrue();
    assertThat(link.runId().value()).isEqualTo(retired.id());
    assertThat(link.runDigest()).isEqualTo(CanonicalRetirement.digest(retired));
    assertThat(link.previous()).isEqualTo(links.links.get(0).digest());
    assertThat(links.unchained).isEmpty();
  }

  private static final class Links implements RunChain.Visitor {
    private final List<ChainLink> links = new ArrayList<>();
    private final List<StoredRun> records = new ArrayList<>();
    private final List<String> unchained = new ArrayList<>();

    @Override
    public void link(ChainLink link, StoredRun record) {
      links.add(link);
      records.add(record);
    }

    @Override
    public void unreadableLink(long number, String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void unchained(String runId) {
      unchained.add(runId);
    }

    @Override
    public void unchainedRetirement(String id) {
      unchained.add(id);
    }
  }

  @Test
  void a_host_that_was_just_seen_is_not_retired() throws Exception {
    Home other = new Home(UUID.randomUUID(), "node7", "1.2.3");
    announcedLongAgo(other);
    hosts.announce(home);

    assertThat(hosts.retire("node7", "ann", "gone")).isEmpty();

    assertThat(node7().retirement()).isNull();
    Links links = new Links();
    chain().read(links);
    assertThat(links.links).isEmpty();
  }

  @Test
  void a_host_that_comes_back_is_no_longer_retired_and_can_be_retired_again() throws Exception {
    announcedLongAgo(home);
    HostRetirement first = hosts.retire("node7", "ann", "gone").orElseThrow();

    hosts.announce(home);

    assertThat(node7().isRetired()).isFalse();
    assertThat(node7().retirement()).isEqualTo(first);
    age(home.id(), LONG);
    HostRetirement second = hosts.retire("node7", "bob", "gone again").orElseThrow();
    assertThat(node7().retirement()).isEqualTo(second);
  }

  @Test
  void a_retirement_can_have_any_characters_and_limits_its_texts() throws Exception {
    announcedLongAgo(home);
    for (String text :
        List.of("x".repeat(HostRetirement.MAX_REASON), "😀".repeat(HostRetirement.MAX_REASON))) {
      assertThat(hosts.retire("node7", "ann", text).orElseThrow().reason()).isEqualTo(text);
    }
    for (String text : Texts.STRANGE) {
      if (text.codePoints().count() <= HostRetirement.MAX_REASON) {
        HostRetirement retired = hosts.retire("node7", "ann", text).orElseThrow();
        assertThat(node7().retirement()).isEqualTo(retired);
      }
    }
    for (String text : List.of("", "x".repeat(HostRetirement.MAX_REASON + 1), "a\0b")) {
      assertThatThrownBy(() -> hosts.retire("node7", "ann", text))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> hosts.retire("", "ann", "gone"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void the_active_runs_that_end_with_a_host_are_found_in_pieces() {
    hosts.announce(home);
    List<RunId> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      expected.add(running("node7").id());
      Run waiting = saved(Runs.pendingAt(LONG_AGO));
      hosts.assign(home.id(), null, List.of(waiting.id()));
      expected.add(waiting.id());
    }
    expected.add(
        saved(Runs.running(Runs.dryRunOf("math-v1"), LONG_AGO).withProvenance(on("node7"))).id());
    running("node7", "slurm");
    running("node8");
    saved(Runs.withProvenance());
    saved(Runs.pendingAt(LONG_AGO)); // its home is not known
    Run queuedByEngine = saved(Runs.pendingAt(LONG_AGO));
    hosts.assign(home.id(), "slurm", List.of(queuedByEngine.id()));

    List<RunId> found = new ArrayList<>();
    @Nullable RunId after = null;
    List<RunId> piece = hosts.activeRuns("node7", PROCESS, after, 2);
    while (!piece.isEmpty()) {
      assertThat(piece).hasSizeLessThanOrEqualTo(2);
      found.addAll(piece);
      after = piece.get(piece.size() - 1);
      piece = hosts.activeRuns("node7", PROCESS, after, 2);
    }

    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(found.stream().map(RunId::toString)).isSorted();
  }

  @Test
  void runs_of_an_engine_are_taken_over_from_a_home_that_is_not_seen() throws Exception {
    Home other = new Home(UUID.randomUUID(), "node8", "1.2.3");
    hosts.announce(home);
    hosts.announce(other);
    List<Run> queued = Stream.generate(() -> saved(Runs.pendingAt(LONG_AGO))).limit(3).toList();
    Run local = saved(Runs.pendingAt(LONG_AGO));
    hosts.assign(home.id(), "slurm", queued.stream().map(Run::id).toList());
    hosts.assign(home.id(), null, List.of(local.id()));
    Run ended = queued.get(2);
    saved(Runs.ended(ended, Runs.notStarted()));
    List<RunId> all = Stream.concat(queued.stream(), Stream.of(local)).map(Run::id).toList();
    List<RunId> active = List.of(queued.get(0).id(), queued.get(1).id());
    assertThat(hosts.left(other.id(), "slurm", 10)).isEmpty();
    assertThat(hosts.takeOver(other.id(), "slurm", all)).isEmpty();

    age(home.id(), LONG);

    assertThat(hosts.left(home.id(), "slurm", 10)).as("they are its own").isEmpty();
    assertThat(hosts.takeOver(home.id(), "slurm", all)).as("they are its own").isEmpty();
    assertThat(hosts.left(other.id(), "slurm", 10)).containsExactlyInAnyOrderElementsOf(active);
    assertThat(hosts.left(other.id(), "slurm", 1)).hasSize(1);
    assertThat(hosts.takeOver(other.id(), "slurm", List.of())).isEmpty();
    assertThat(hosts.takeOver(other.id(), "slurm", active.subList(0, 1)))
        .containsExactly(active.get(0));
    assertThat(hosts.assigned(home.id(), "slurm")).containsExactly(active.get(1));
    assertThat(hosts.takeOver(other.id(), "slurm", all)).containsExactly(active.get(1));
    assertThat(hosts.assigned(other.id(), "slurm")).containsExactlyInAnyOrderElementsOf(active);
    hosts.announce(home);
    assertThat(hosts.left(home.id(), "slurm", 10)).as("the other is seen").isEmpty();
    hosts.assign(home.id(), "slurm", active);
    assertThat(hosts.assigned(home.id(), "slurm")).as("a run keeps its home").isEmpty();
  }

  @Test
  void a_run_that_waited_in_the_queue_of_its_home_belongs_to_its_executor_later() {
    hosts.announce(home);
    RunId waiting = saved(Runs.pendingAt(LONG_AGO)).id();
    hosts.assign(home.id(), null, List.of(waiting));
    assertThat(hosts.assigned(home.id(), "slurm")).isEmpty();

    hosts.assign(home.id(), "slurm", List.of(waiting));

    assertThat(hosts.assigned(home.id(), "slurm")).containsExactly(waiting);
    assertThat(hosts.activeRuns("node7", PROCESS, null, 10)).isEmpty();
  }

  @Test
  void of_homes_that_take_over_at_once_one_gets_each_run() throws Exception {
    hosts.announce(home);
    RunSpec spec = Runs.localRunOf("math-v1");
    List<RunId> left =
        Stream.generate(() -> saved(Run.pending(Runs.id(), spec, LONG_AGO)).id())
            .limit(40)
            .toList();
    hosts.assign(home.id(), "slurm", left);
    age(home.id(), LONG);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<CompletableFuture<List<RunId>>> taken =
          Stream.generate(() -> new Home(UUID.randomUUID(), "node8", "1.2.3"))
              .limit(4)
              .peek(hosts::announce)
              .map(
                  one ->
                      CompletableFuture.supplyAsync(
                          () -> hosts.takeOver(one.id(), "slurm", left), threads))
              .toList();

      assertThat(taken.stream().flatMap(one -> one.join().stream()))
          .containsExactlyInAnyOrderElementsOf(left);
    } finally {
      threads.shutdownNow();
    }
  }
}
