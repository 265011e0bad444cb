package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.audit.CanonicalRun;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of {@link RunChain}. Subclasses provide an empty chain. */
@Timeout(600)
public abstract class RunChainContract {
  private RunRepository runs;
  private RunChain chain;

  /** For subclasses. */
  protected RunChainContract() {}

  /** Returns a repository without runs; called once for each test, before {@link #chain}. */
  protected abstract RunRepository empty() throws Exception;

  /** Returns the chain of the finished runs in it. */
  protected abstract RunChain chain() throws Exception;

  @BeforeEach
  final void begin_with_an_empty_chain() throws Exception {
    runs = empty();
    chain = chain();
  }

  /** The result of one reading. */
  private static final class Reading implements RunChain.Visitor {
    private final List<ChainLink> links = new ArrayList<>();
    private final List<StoredRun> records = new ArrayList<>();

    @Override
    public void link(ChainLink link, StoredRun record) {
      links.add(link);
      records.add(record);
    }

    @Override
    public void unreadableLink(long number, String reason) {
      throw new AssertionError("link " + number + ": " + reason);
    }

    @Override
    public void unchained(String runId) {
      throw new AssertionError("run " + runId + " has no link");
    }

    List<RunId> ids() {
      return links.stream().map(ChainLink::runId).toList();
    }

    ChainHead head() {
      return links.isEmpty() ? ChainHead.EMPTY : links.get(links.size() - 1).toHead();
    }
  }

  private Reading reading() {
    Reading reading = new Reading();
    chain.read(reading);
    assertWhole(reading.links);
    return reading;
  }

  private static void assertWhole(List<ChainLink> links) {
    ChainHead before = ChainHead.EMPTY;
    for (ChainLink link : links) {
      assertThat(link.number()).isEqualTo(before.count() + 1);
      assertThat(link.previous()).isEqualTo(before.digest());
      assertThat(link.isIntact()).describedAs(link.toString()).isTrue();
      before = link.toHead();
    }
  }

  @Test
  void without_finished_runs_there_is_no_link() {
    Runs.ofEveryKind().stream().filter(run -> !run.status().isFinal()).forEach(runs::save);

    assertThat(reading().links).isEmpty();
  }

  @Test
  void each_ending_has_a_link_in_the_order_in_which_it_was_recorded() {
    List<Run> finished = Runs.ofEveryKind().stream().filter(run -> run.status().isFinal()).toList();
    finished.forEach(runs::save);

    Reading reading = reading();

    assertThat(reading.ids()).isEqualTo(finished.stream().map(Run::id).toList());
    assertThat(reading.records)
        .isEqualTo(finished.stream().<StoredRun>map(StoredRun.Found::new).toList());
    assertThat(reading.links)
        .allSatisfy(
            link -> {
              assertThat(link.version()).isEqualTo(CanonicalRun.CURRENT_VERSION);
              assertThat(link.backfilled()).isFalse();
              assertThat(link.recordedAt()).isAfter(NOON.minusSeconds(400_000_000));
            })
        .extracting(ChainLink::runDigest)
        .isEqualTo(
            finished.stream()
                .map(run -> CanonicalRun.digest(run, CanonicalRun.CURRENT_VERSION))
                .toList());
  }

  @Test
  void what_is_read_has_the_digest_of_what_was_saved_whatever_its_texts_are() {
    for (String text : Texts.STRANGE) {
      runs.save(ended(Runs.running(Texts.specOf(text), NOON), Texts.outcomeOf(text)));
    }

    Reading reading = reading();

    assertThat(reading.links).hasSameSizeAs(Texts.STRANGE);
    for (int i = 0; i < reading.links.size(); i++) {
      ChainLink link = reading.links.get(i);
      assertThat(reading.records.get(i))
          .isInstanceOfSatisfying(
              StoredRun.Found.class,
              found ->
                  assertThat(CanonicalRun.digest(found.run(), link.version()))
                      .isEqualTo(link.runDigest()));
    }
  }

  @Test
  void an_ending_that_is_saved_again_gets_no_second_link() {
    Run running = Runs.running();
    Run completed = ended(running, exited(0));
    for (Run state : List.of(running, completed, completed, running(completed), completed)) {
      try {
        runs.save(state);
      } catch (StaleRunException e) {
        assertThat(state).isEqualTo(running);
      }
    }

    assertThat(reading().ids()).containsExactly(completed.id());
  }

  @Test
  void a_chain_is_appended_as_it_was_in_another_database() {
    InMemoryRunRepository other = new InMemoryRunRepository();
    Runs.ofEveryKind().forEach(other::save);
    other.save(new HostRetirement(UUID.randomUUID(), "node7", "ann", Runs.NOON, "burnt"));
    other.save(ended(Runs.running(), exited(0)));
    List<ChainEntry> entries = entries(other);

    ChainHead head = chain.append(entries.iterator());

    Reading reading = reading();
    assertThat(reading.links).isEqualTo(entries.stream().map(ChainEntry::link).toList());
    assertThat(reading.records).isEqualTo(readingOf(other).records);
    assertThat(reading.head()).isEqualTo(head);
    Run next = ended(Runs.running(), exited(0));
    runs.save(next);
    assertThat(reading().ids()).hasSize(entries.size() + 1).endsWith(next.id());
  }

  @Test
  void a_chain_of_many_runs_is_appended_in_pieces() {
    List<ChainEntry> entries = entries(200);

    chain.append(entries.subList(0, 130).iterator());
    chain.append(entries.subList(130, 200).iterator());

    assertThat(reading().links).isEqualTo(entries.stream().map(ChainEntry::link).toList());
  }

  @Test
  void a_retirement_of_a_host_that_is_on_record_is_not_appended_again() {
    InMemoryRunRepository other = new InMemoryRunRepository();
    HostRetirement retirement =
        new HostRetirement(UUID.randomUUID(), "node7", "ann", Runs.NOON, "burnt");
    other.save(retirement);
    ChainHead head = chain.append(entries(other).iterator());

    refuses(
        List.of(new ChainedRetirement(ChainLink.after(head, retirement, Runs.NOON), retirement)));

    assertThat(reading().links).hasSize(1);
  }

  @Test
  void of_a_chain_that_does_not_follow_or_has_a_run_on_record_nothing_is_appended() {
    List<ChainEntry> entries = entries(70);
    refuses(entries.subList(1, 70));
    List<ChainEntry> gap = new ArrayList<>(entries);
    gap.remove(66);
    refuses(gap);
    Run known = ((ChainedRun) entries.get(68)).run();
    runs.save(running(known));
    refuses(entries);

    assertThat(reading().links).isEmpty();
    assertThat(runs.find(known.id())).contains(running(known));
    assertThat(runs.find(entries.get(0).link().runId())).isEmpty();

    runs.save(ended(Runs.running(), exited(0)));
    refuses(entries.subList(0, 2));
    assertThat(reading().links).hasSize(1);
  }

  @Test
  void if_the_entries_cannot_be_read_to_the_end_none_is_appended() {
    Iterator<ChainEntry> entries = entries(70).iterator();
    Iterator<ChainEntry> broken =
        new Iterator<>() {
          private int read;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public ChainEntry next() {
            if (read++ == 65) {
              throw new IllegalStateException("no more");
            }
            return entries.next();
          }
        };

    assertThatThrownBy(() -> chain.append(broken)).hasMessage("no more");
    assertThat(reading().links).isEmpty();
  }

  private void refuses(List<ChainEntry> entries) {
    assertThatThrownBy(() -> chain.append(entries.iterator()))
        .isInstanceOf(StaleRunException.class);
  }

  /** Returns the chain of that many runs of another database. */
  protected static List<ChainEntry> entries(int number) {
    InMemoryRunRepository other = new InMemoryRunRepository();
    IntStream.range(0, number).forEach(i -> other.save(ended(Runs.running(), exited(0))));
    return entries(other);
  }

  private static List<ChainEntry> entries(InMemoryRunRepository other) {
    Reading reading = readingOf(other);
    List<ChainEntry> entries = new ArrayList<>();
    for (int i = 0; i < reading.links.size(); i++) {
      ChainLink link = reading.links.get(i);
      entries.add(
          reading.records.get(i) instanceof StoredRun.FoundRetirement found
              ? new ChainedRetirement(link, found.retirement())
              : new ChainedRun(link, other.find(link.runId()).orElseThrow()));
    }
    return entries;
  }

  private static Reading readingOf(RunChain other) {
    Reading reading = new Reading();
    other.read(reading);
    return reading;
  }

  private static Run running(Run ended) {
    return Run.started(ended.id(), ended.spec(), Runs.EXECUTOR, ended.createdAt());
  }

  @Test
  void an_ending_that_is_refused_gets_no_link() {
    Run running = Runs.running();
    Run completed = ended(running, exited(0));
    runs.save(completed);
    ChainHead before = reading().head();

    assertThatThrownBy(() -> runs.save(ended(running, exited(1))))
        .isInstanceOf(StaleRunException.class);
    Run pending = Runs.pending();
    runs.save(pending);
    assertThatThrownBy(
            () -> runs.save(ended(pending.start(Runs.EXECUTOR, NOON.plusSeconds(1)), exited(0))))
        .isInstanceOf(StaleRunException.class);

    assertThat(reading().head()).isEqualTo(before);
  }

  @Test
  void of_many_endings_at_once_none_is_lost_and_none_is_linked_twice() throws Exception {
    List<Run> finished = new ArrayList<>();
    List<Callable<Void>> saves = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Run running = Runs.running();
      Run completed = ended(running, exited(0));
      finished.add(completed);
      saves.add(saving(running, completed));
      saves.add(saving(completed)); // as by a registry that reconciles
    }

    all(saves);

    assertThat(reading().ids())
        .containsExactlyInAnyOrderElementsOf(finished.stream().map(Run::id).toList());
  }

  @Test
  void of_different_endings_of_one_run_the_one_on_record_is_linked() throws Exception {
    for (int round = 0; round < 10; round++) {
      Run running = Runs.running();
      runs.save(running);
      all(IntStream.range(0, 16).mapToObj(code -> saving(ended(running, exited(code)))).toList());

      Reading reading = reading();
      Run onRecord = runs.find(running.id()).orElseThrow();
      assertThat(reading.links).hasSize(round + 1);
      assertThat(reading.links.get(round).runDigest())
          .isEqualTo(CanonicalRun.digest(onRecord, CanonicalRun.CURRENT_VERSION));
    }
  }

  private Callable<Void> saving(Run... states) {
    return () -> {
      for (Run state : states) {
        try {
          runs.save(state);
        } catch (StaleRunException e) { // another ending is on record
          assertThat(runs.find(state.id()).map(run -> run.status().isFinal())).contains(true);
        }
      }
      return null;
    };
  }

  private static void all(List<Callable<Void>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_reading_sees_one_moment_while_runs_end() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Void>> writers =
          Stream.generate(
                  () -> saving(Stream.generate(Runs::completed).limit(100).toArray(Run[]::new)))
              .limit(4)
              .map(threads::submit)
              .toList();
      int seen = 0;
      do {
        Reading reading = reading(); // in which nothing may be missing
        assertThat(reading.records).allMatch(record -> record instanceof StoredRun.Found);
        assertThat(reading.links.size()).isGreaterThanOrEqualTo(seen);
        seen = reading.links.size();
      } while (!writers.stream().allMatch(Future::isDone));
      for (Future<Void> writer : writers) {
        writer.get();
      }
      assertThat(reading().links).hasSize(400);
    } finally {
      threads.shutdownNow();
    }
  }
}
