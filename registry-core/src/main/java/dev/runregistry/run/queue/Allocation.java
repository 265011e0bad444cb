package dev.runregistry.run.queue;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunId;
import java.util.List;

/**
 * The slot of a run, and its GPUs.
 *
 * @param run the run
 * @param gpus the names of the GPUs that it holds, in the order in which it sees them
 */
public record Allocation(RunId run, List<String> gpus) {
  /** Copies the list. */
  public Allocation {
    requireNonNull(run, "run");
    gpus = List.copyOf(gpus);
  }
}
