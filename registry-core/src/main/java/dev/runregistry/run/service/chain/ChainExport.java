package dev.runregistry.run.service.chain;

import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunSummary;
import java.util.function.Consumer;

/** One reading of the whole chain that verifies it and passes on the entries that match. */
public final class ChainExport implements RunChain.Visitor {
  private final ChainVerifier verifier;
  private final RunFilter filter;
  private final Consumer<ChainEntry> action;

  /**
   * Creates it; to be used once.
   *
   * @param filter selects the runs; without a condition, retirements of hosts are passed on, too
   * @param action is called with each of these that is as it was recorded, in the order of the
   *     chain
   * @param found is called with each discrepancy, of other runs, too
   */
  public ChainExport(RunFilter filter, Consumer<ChainEntry> action, Consumer<Discrepancy> found) {
    this.verifier = new ChainVerifier(null, found);
    this.filter = filter;
    this.action = action;
  }

  /**
   * Reads and verifies the whole chain.
   *
   * @throws RepositoryException if it cannot be read to the end
   */
  public VerificationResult run(RunChain chain) {
    chain.read(this);
    return verifier.result();
  }

  @Override
  public void link(ChainLink link, StoredRun record) {
    verifier.link(link, record);
    record.match(
        run -> pass(new ChainedRun(link, run), filter.matches(RunSummary.of(run))),
        retirement -> pass(new ChainedRetirement(link, retirement), filter.equals(RunFilter.NONE)),
        reason -> false,
        () -> false);
  }

  private boolean pass(ChainEntry entry, boolean matches) {
    boolean wanted = matches && entry.problem(null).isEmpty();
    if (wanted) {
      action.accept(entry);
    }
    return wanted;
  }

  @Override
  public void unreadableLink(long number, String reason) {
    verifier.unreadableLink(number, reason);
  }

  @Override
  public void unreadableRun(String runId, String reason) {
    verifier.unreadableRun(runId, reason);
  }

  @Override
  public void unchained(String runId) {
    verifier.unchained(runId);
  }

  @Override
  public void unchainedRetirement(String id) {
    verifier.unchainedRetirement(id);
  }
}
