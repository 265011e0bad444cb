package dev.runregistry.run.queue;

/**
 * The state of a queue at one moment.
 *
 * @param depth the number of waiting runs
 * @param slotsInUse the number of slots that runs hold
 * @param gpusInUse the number of GPUs that runs hold
 * @param paused whether no waiting run is started
 * @param dispatching whether a process of this host starts the waiting runs
 */
public record QueueStatus(
    int depth, int slotsInUse, int gpusInUse, boolean paused, boolean dispatching) {}
