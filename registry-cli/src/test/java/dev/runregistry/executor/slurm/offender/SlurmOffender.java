package dev.runregistry.executor.slurm.offender;

import dev.runregistry.executor.process.LocalRunExecutor;

/** Planted: an executor knows another. */
abstract class SlurmOffender {
  abstract LocalRunExecutor executor();
}
