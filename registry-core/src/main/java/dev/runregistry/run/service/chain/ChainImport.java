package dev.runregistry.run.service.chain;

import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainedRun;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Passes on the entries of a chain while each follows the one before. Used by one thread. */
public final class ChainImport implements Iterator<ChainedRun> {
  private final Iterator<ChainedRun> entries;
  private @Nullable ChainHead head; // null before the first

  /**
   * Creates it.
   *
   * @param entries in the order of their chain
   */
  public ChainImport(Iterator<ChainedRun> entries) {
    this.entries = entries;
  }

  @Override
  public boolean hasNext() {
    return entries.hasNext();
  }

  /**
   * Returns the next entry.
   *
   * @throws InvalidChainException if it is not as it was recorded, or does not follow the one
   *     before
   */
  @Override
  public ChainedRun next() {
    ChainedRun entry = entries.next();
    entry
        .problem(head)
        .ifPresent(
            problem -> {
              throw new InvalidChainException(problem);
            });
    head = entry.link().toHead();
    return entry;
  }
}
