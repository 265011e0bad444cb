package dev.runregistry.run.service.chain;

import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Passes on the entries of a chain while each follows the one before. Used by one thread. */
public final class ChainImport implements Iterator<ChainEntry> {
  private final Iterator<ChainEntry> entries;
  private @Nullable ChainHead head; // null before the first

  /**
   * Creates it.
   *
   * @param entries in the order of their chain
   */
  public ChainImport(Iterator<ChainEntry> entries) {
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
  public ChainEntry next() {
    ChainEntry entry = entries.next();
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
