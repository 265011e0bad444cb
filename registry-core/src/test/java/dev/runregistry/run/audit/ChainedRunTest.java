package dev.runregistry.run.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.Samples;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ChainedRunTest {
  private static final Instant NOW = Samples.NOON.plusSeconds(5);

  private static Run ended(int code) {
    return Samples.runningLocal().finish(new Exited(code, Samples.printed("x")), NOW);
  }

  private final Run run = ended(3);
  private final ChainLink link = ChainLink.after(ChainHead.EMPTY, run, NOW, false);

  @Test
  void a_run_with_its_own_link_follows_the_chain_before() {
    ChainedRun entry = new ChainedRun(link, run);

    assertThat(entry.problem(null)).isEmpty();
    assertThat(entry.problem(ChainHead.EMPTY)).isEmpty();
    assertThat(entry.problem(link.toHead())).contains("Link 1 does not follow link 1");
  }

  @Test
  void each_change_of_an_exported_run_or_link_is_found() {
    assertThat(new ChainedRun(link, ended(4)).problem(null))
        .contains("The record of run " + run.id() + " is not the one that was made");
    assertThat(new ChainedRun(link, Samples.runningLocal()).problem(null))
        .contains("Link 1 is not that of run " + run.id());
    assertThat(new ChainedRun(changed(99, link.recordedAt()), run).problem(null))
        .contains("The version 99 of its digest is not known");
    assertThat(new ChainedRun(changed(link.version(), NOW.plusSeconds(1)), run).problem(null))
        .contains("The link of run " + run.id() + " is not the one that was made");
  }

  private ChainLink changed(int version, Instant recordedAt) {
    return new ChainLink(
        link.number(),
        link.runId(),
        version,
        link.runDigest(),
        recordedAt,
        link.backfilled(),
        link.previous(),
        link.digest());
  }
}
