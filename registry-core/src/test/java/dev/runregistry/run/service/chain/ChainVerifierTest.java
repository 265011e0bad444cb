package dev.runregistry.run.service.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.Samples;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.Digest;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.query.RunFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is found of each way to tamper with five runs. */
class ChainVerifierTest {
  private static final class Stored implements RunChain {
    private final List<ChainLink> links = new ArrayList<>();
    private final List<StoredRun> records = new ArrayList<>();
    private final List<String> unlinked = new ArrayList<>();

    @Override
    public void read(Visitor visitor) {
      for (int i = 0; i < links.size(); i++) {
        if (links.get(i).version() == UNREADABLE) {
          visitor.unreadableLink(links.get(i).number(), "no digest");
        } else {
          visitor.link(links.get(i), records.get(i));
        }
      }
      unlinked.forEach(visitor::unchained);
    }

    ChainHead head() {
      return links.isEmpty() ? ChainHead.EMPTY : links.get(links.size() - 1).toHead();
    }

    void record(Run run) {
      links.add(ChainLink.after(head(), run, Samples.NOON, links.size() < 2));
      records.add(new StoredRun.Found(run));
    }

    void record(HostRetirement retirement) {
      links.add(ChainLink.after(head(), retirement, Samples.NOON));
      records.add(new StoredRun.FoundRetirement(retirement));
    }

    void remove(int index) {
      links.remove(index);
      records.remove(index);
    }
  }

  private static final int UNREADABLE = -7;
  private final Stored stored = new Stored();
  private final List<Discrepancy> found = new ArrayList<>();
  private ChainHead kept;
  private VerificationResult verification;

  @BeforeEach
  void record_five_runs() {
    for (int i = 1; i <= 5; i++) {
      stored.record(run(i, 0));
    }
  }

  private static RunId id(int i) {
    return new RunId(new UUID(0, i));
  }

  private static Run run(int i, int exitCode) {
    return Run.started(id(i), Samples.local().toSpec(id(i)), "process", Samples.NOON)
        .finish(new RunOutcome.Exited(exitCode, Output.NONE), Samples.NOON);
  }

  @Test
  void a_retirement_of_a_host_that_was_changed_or_is_gone_is_found() {
    HostRetirement retired =
        new HostRetirement(new UUID(0, 7), "node7", "ann", Samples.NOON, "disk");
    stored.record(retired);
    stored.record(run(8, 0));
    assertThat(discrepancies()).isEmpty();
    assertThat(verification.links()).isEqualTo(7);
    assertThat(verification.retirements()).isEqualTo(1);

    stored.records.set(
        5,
        new StoredRun.FoundRetirement(
            new HostRetirement(new UUID(0, 7), "node7", "bob", Samples.NOON, "disk")));
    assertThat(discrepancies()).containsExactly("changed 6 7");
    found.clear();
    stored.records.set(5, new StoredRun.Missing());
    assertThat(discrepancies()).containsExactly("removed 6 7");
    found.clear();
    stored.records.set(5, new StoredRun.Found(run(7, 0)));
    assertThat(discrepancies()).containsExactly("changed 6 7");
    found.clear();
    stored.records.set(6, new StoredRun.FoundRetirement(retired));
    assertThat(discrepancies()).containsExactly("changed 6 7", "changed 7 8");
  }

  private List<String> discrepancies() {
    verification = new ChainVerifier(kept, found::add).verify(stored);
    assertThat(verification.discrepancies()).isEqualTo(found.size());
    assertThat(verification.isIntact()).isEqualTo(found.isEmpty());
    return found.stream()
        .map(d -> d.kind().text() + " " + d.link() + " " + number(d.runId()))
        .toList();
  }

  private static String number(String id) {
    return id == null ? "?" : id.replaceFirst("^[0-]*", "");
  }

  private ChainLink link(int index, int number, RunId id, Digest ofRun, Digest digest) {
    ChainLink old = stored.links.get(index);
    return new ChainLink(
        number,
        id,
        old.version(),
        ofRun,
        old.recordedAt(),
        old.backfilled(),
        old.previous(),
        digest);
  }

  private void renumber(int index, int number) {
    ChainLink old = stored.links.get(index);
    stored.links.set(index, link(index, number, old.runId(), old.runDigest(), old.digest()));
  }

  @Test
  void what_is_as_it_was_recorded_is_intact() {
    assertThat(discrepancies()).isEmpty();
    assertThat(verification).isEqualTo(new VerificationResult(stored.head(), 5, 2, 0, 0));
  }

  @Test
  void a_registry_without_runs_is_intact() {
    stored.links.clear();
    kept = ChainHead.EMPTY;

    assertThat(discrepancies()).isEmpty();
    assertThat(verification.head()).isEqualTo(ChainHead.EMPTY);
  }

  @Test
  void a_changed_run_is_named() {
    stored.records.set(2, new StoredRun.Found(run(3, 1)));
    stored.records.set(3, new StoredRun.Unreadable("exit code 256"));

    assertThat(discrepancies()).containsExactly("changed 3 3", "changed 4 4");
    assertThat(found.get(1).message()).contains("exit code 256");
  }

  @Test
  void a_removed_run_is_named() {
    stored.records.set(2, new StoredRun.Missing());

    assertThat(discrepancies()).containsExactly("removed 3 3");
  }

  @Test
  void an_inserted_run_is_named() {
    stored.unlinked.add("no-id");
    stored.unlinked.add(id(9).toString());

    assertThat(discrepancies()).containsExactly("inserted null no-id", "inserted null 9");
  }

  @Test
  void a_changed_run_whose_digest_was_made_to_fit_is_found_by_its_link() {
    Digest forged = ChainLink.after(ChainHead.EMPTY, run(3, 1), Samples.NOON, false).runDigest();
    stored.records.set(2, new StoredRun.Found(run(3, 1)));
    stored.links.set(2, link(2, 3, id(3), forged, stored.links.get(2).digest()));

    assertThat(discrepancies()).containsExactly("link_changed 3 3");
  }

  @Test
  void a_changed_run_whose_link_was_made_to_fit_is_found_by_the_next() {
    ChainHead before = stored.links.get(1).toHead();
    stored.records.set(2, new StoredRun.Found(run(3, 1)));
    stored.links.set(2, ChainLink.after(before, run(3, 1), Samples.NOON, false));

    assertThat(discrepancies()).containsExactly("out_of_order 4 4");
    assertThat(found.get(0).message()).contains("Link 4 does not follow link 3");
  }

  @Test
  void a_link_with_another_digest_is_named_once() {
    stored.links.set(2, link(2, 3, id(3), stored.links.get(2).runDigest(), Digest.ZERO));

    assertThat(discrepancies()).containsExactly("link_changed 3 3");
  }

  @Test
  void a_run_that_was_removed_with_its_link_leaves_a_gap() {
    stored.remove(1);
    assertThat(discrepancies()).containsExactly("link_removed 2 ?");
    assertThat(found.get(0).message()).startsWith("Link 2 ");
  }

  @Test
  void many_that_were_removed_are_one_gap() {
    stored.remove(1);
    stored.remove(1);

    assertThat(discrepancies()).containsExactly("link_removed 2 ?");
    assertThat(found.get(0).message()).startsWith("Links 2 to 3 ");
  }

  @Test
  void a_gap_that_was_closed_is_found_by_the_next_link() {
    stored.remove(1);
    for (int i = 1; i < 4; i++) {
      renumber(i, i + 1);
    }

    assertThat(discrepancies()).containsExactly("out_of_order 2 3");
  }

  @Test
  void exchanged_links_are_named() {
    Collections.swap(stored.links, 1, 2);
    Collections.swap(stored.records, 1, 2);
    renumber(1, 2);
    renumber(2, 3);

    assertThat(discrepancies())
        .containsExactly("out_of_order 2 3", "out_of_order 3 2", "out_of_order 4 4");
  }

  @Test
  void a_link_that_was_put_in_between_is_found_by_the_next() {
    Run forged = run(9, 0);
    stored.links.add(2, ChainLink.after(stored.links.get(1).toHead(), forged, Samples.NOON, false));
    stored.records.add(2, new StoredRun.Found(forged));
    for (int i = 3; i < 6; i++) {
      renumber(i, i + 1);
    }

    assertThat(discrepancies()).containsExactly("out_of_order 4 3");
  }

  @Test
  void a_number_that_is_there_twice_or_below_one_is_named() {
    renumber(2, 2);
    renumber(0, 0);

    assertThat(discrepancies())
        .containsExactly(
            "out_of_order 0 1", "link_removed 1 ?", "out_of_order 2 3", "link_removed 3 ?");
  }

  @Test
  void an_entry_that_is_no_link_is_named_once() {
    ChainLink old = stored.links.get(2);
    stored.links.set(
        2,
        new ChainLink(
            3,
            old.runId(),
            UNREADABLE,
            old.runDigest(),
            old.recordedAt(),
            false,
            old.previous(),
            old.digest()));

    assertThat(discrepancies()).containsExactly("link_changed 3 ?");
    assertThat(found.get(0).message()).contains("no digest");
  }

  @Test
  void a_form_that_is_not_known_is_not_believed() {
    ChainLink old = stored.links.get(4);
    stored.links.set(
        4,
        new ChainLink(
            5,
            old.runId(),
            99,
            old.runDigest(),
            old.recordedAt(),
            false,
            old.previous(),
            old.digest()));

    assertThat(discrepancies()).containsExactly("link_changed 5 5", "changed 5 5");
    assertThat(found.get(1).message()).contains("version 99");
  }

  @Test
  void an_end_that_was_cut_off_is_found_only_with_a_head_that_was_kept() {
    ChainHead before = stored.head();
    stored.remove(4);
    stored.remove(3);
    assertThat(discrepancies()).isEmpty();

    kept = before;
    assertThat(discrepancies()).containsExactly("cut 5 ?");
    assertThat(found.get(0).message()).contains("the chain ends with 3");
  }

  @Test
  void what_was_recorded_after_the_kept_head_is_no_discrepancy() {
    kept = stored.links.get(2).toHead();

    assertThat(discrepancies()).isEmpty();
  }

  @Test
  void an_end_that_was_written_anew_is_found_only_with_a_head_that_was_kept() {
    ChainHead before = stored.head();
    stored.remove(4);
    stored.record(run(5, 1));
    assertThat(discrepancies()).isEmpty();

    kept = before;
    assertThat(discrepancies()).containsExactly("rewritten 5 5");
  }

  @Test
  void a_kept_head_in_a_gap_is_missing() {
    kept = stored.links.get(2).toHead();
    stored.remove(2);

    assertThat(discrepancies()).containsExactly("link_removed 3 ?", "link_removed 3 ?");
  }

  @Test
  void an_active_run_that_cannot_be_read_is_named() {
    RunChain chain = reader -> reader.unreadableRun("some-id", "no time");

    VerificationResult verification = new ChainVerifier(null, found::add).verify(chain);

    assertThat(verification.isIntact()).isFalse();
    assertThat(found)
        .containsExactly(
            new Discrepancy(
                Discrepancy.Kind.CHANGED,
                "some-id",
                null,
                "The record of the active run was changed: no time"));
  }

  @Test
  void an_export_has_the_runs_that_match_and_that_are_as_they_were_recorded() {
    stored.record(new HostRetirement(new UUID(0, 9), "node7", "ann", Samples.NOON, "burnt"));
    stored.records.set(3, new StoredRun.Found(run(4, 1)));
    stored.records.set(4, new StoredRun.Unreadable("no time"));
    List<ChainEntry> exported = new ArrayList<>();

    VerificationResult result =
        new ChainExport(RunFilter.NONE, exported::add, found::add).run(stored);

    List<RunId> ids = new ArrayList<>(List.of(id(1), id(2), id(3)));
    ids.add(new RunId(new UUID(0, 9)));
    assertThat(exported).extracting(entry -> entry.link().runId()).isEqualTo(ids);
    assertThat(result.retirements()).isEqualTo(1);
    assertThat(found).extracting(Discrepancy::link).containsExactly(4L, 5L);
    exported.clear();
    new ChainExport(RunFilter.NONE.withExitCodes(List.of(99)), exported::add, found::add)
        .run(stored);
    assertThat(exported).isEmpty();
  }

  @Test
  void an_import_ends_at_the_first_run_that_does_not_follow() {
    List<ChainEntry> all = new ArrayList<>();
    new ChainExport(RunFilter.NONE, all::add, found::add).run(stored);
    ChainImport whole = new ChainImport(all.iterator());
    all.forEach(entry -> assertThat(whole.next()).isEqualTo(entry));
    assertThat(whole.hasNext()).isFalse();
    all.remove(1);
    ChainImport cut = new ChainImport(all.iterator());
    cut.next();

    assertThatThrownBy(cut::next)
        .isInstanceOf(InvalidChainException.class)
        .hasMessageContaining("Link 3 does not follow link 1");
  }
}
