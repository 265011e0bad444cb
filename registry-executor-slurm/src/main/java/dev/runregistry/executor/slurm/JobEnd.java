package dev.runregistry.executor.slurm;

import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import java.util.Optional;

/**
 * How the execution of a job ended.
 *
 * @param result its outcome and time
 * @param start its start; empty if it was not started
 */
record JobEnd(ExecutionResult result, Optional<ExecutionHandle.Start> start) {}
