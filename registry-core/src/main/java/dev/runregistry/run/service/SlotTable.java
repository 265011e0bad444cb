package dev.runregistry.run.service;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueueLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots and GPUs of the queue, and the runs that hold them. An allocation is recorded before
 * its run starts, and deleted only once the run has ended and none of its processes is left, so it
 * survives the dispatcher. An allocation that cannot be read costs its own slot, and the GPUs that
 * the run has recorded. Safe for use by many threads.
 */
final class SlotTable {
  private static final Logger log = LoggerFactory.getLogger(SlotTable.class);

  private final QueueControl control;
  private final RunJournal journal;
  private final RunLifecycle lifecycle;
  private final QueueLimits limits;
  private final Map<RunId, Allocation> held = new LinkedHashMap<>(); // guarded by this
  private final Set<RunId> unreadable = new HashSet<>(); // of those held; guarded by this
  private final Set<RunId> executing = new HashSet<>(); // by this process; guarded by this

  SlotTable(QueueControl control, RunJournal journal, RunLifecycle lifecycle, QueueLimits limits) {
    this.control = control;
    this.journal = journal;
    this.lifecycle = lifecycle;
    this.limits = limits;
  }

  /** Reads the allocations that earlier dispatchers left. */
  synchronized void load() {
    for (RunId run : control.held()) {
      if (!held.containsKey(run)) {
        read(run);
      }
    }
  }

  private synchronized void read(RunId run) {
    try {
      control
          .allocation(run)
          .ifPresentOrElse(allocation -> held.put(run, allocation), () -> held.remove(run));
      unreadable.remove(run);
    } catch (JournalException e) {
      Allocation assumed = new Allocation(run, assumedGpus(run));
      held.put(run, assumed);
      if (unreadable.add(run)) {
        log.warn(
            "{}: the run holds one slot and the GPUs {} until none of its processes is left. Repair"
                + " the file, or delete it if no process of the run is left",
            e.getMessage(),
            assumed.gpus());
      }
    }
  }

  /** Returns the GPUs that the run has recorded at its start; all if that is not certain. */
  private List<String> assumedGpus(RunId run) {
    try {
      List<String> recorded =
          JournaledRun.find(journal, run)
              .map(Run::provenance)
              .flatMap(SlotTable::visibleGpus)
              .orElse(limits.gpus());
      return limits.gpus().containsAll(recorded) ? recorded : limits.gpus();
    } catch (JournalException e) {
      log.debug("the GPUs of run {} are not known", run, e);
      return limits.gpus();
    }
  }

  private static Optional<List<String>> visibleGpus(Provenance provenance) {
    return Optional.ofNullable(provenance.environment().get(RunDispatcher.CUDA))
        .map(visible -> visible.isEmpty() ? List.of() : List.of(visible.split(",")));
  }

  /** Returns whether a slot is free. */
  synchronized boolean hasFree() {
    return held.size() < limits.slots();
  }

  /** Returns whether a slot and that many GPUs are free. */
  synchronized boolean hasFree(int gpus) {
    return hasFree() && freeGpus().size() >= gpus;
  }

  /** Returns whether no run holds a slot. */
  synchronized boolean isEmpty() {
    return held.isEmpty();
  }

  /**
   * Allocates a slot and GPUs, durably; empty if there are too few now.
   *
   * @throws dev.runregistry.run.port.JournalException if that cannot be recorded
   */
  synchronized Optional<Allocation> allocate(RunId run, int gpus) {
    if (!hasFree(gpus) || held.containsKey(run)) {
      return Optional.empty();
    }
    Allocation allocation = new Allocation(run, freeGpus().subList(0, gpus));
    control.hold(allocation);
    held.put(run, allocation);
    executing.add(run);
    return Optional.of(allocation);
  }

  private List<String> freeGpus() {
    Set<String> free = new LinkedHashSet<>(limits.gpus());
    held.values().forEach(allocation -> free.removeAll(allocation.gpus()));
    return new ArrayList<>(free);
  }

  /** Ends the execution of a run by this process; frees what it held if no process is left. */
  void ended(RunId run) {
    synchronized (this) {
      executing.remove(run);
    }
    freeIfGone(run);
  }

  /** Frees the allocations of runs that ended without this process, and have no process left. */
  void releaseEnded() {
    List<RunId> others;
    synchronized (this) {
      List.copyOf(unreadable).forEach(this::read);
      others = held.keySet().stream().filter(run -> !executing.contains(run)).toList();
    }
    others.forEach(this::freeIfGone);
  }

  private void freeIfGone(RunId run) {
    try {
      if (!mayUse(run)) {
        synchronized (this) {
          control.release(run);
          held.remove(run);
          unreadable.remove(run);
        }
      }
    } catch (RuntimeException e) { // it stays allocated, and is inspected again
      log.warn("run {}: its slot cannot be freed yet: {}", run, DatabaseAccess.reason(e));
    }
  }

  /** An active run without an ending may still start, until recovery has decided about it. */
  private boolean mayUse(RunId run) {
    Optional<JournalEntry> entry = journal.read(run);
    if (entry.isPresent() && !(entry.get() instanceof JournalEntry.Ended)) {
      return true;
    }
    Optional<Path> workspace = journal.workspace(run);
    return workspace.isPresent()
        && lifecycle.executors().stream().anyMatch(each -> each.isAlive(run, workspace.get()));
  }
}
