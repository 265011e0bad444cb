/**
 * API: Runs as jobs of a Slurm cluster: submitted by {@code sbatch}, watched by {@code squeue},
 * cancelled by {@code scancel}, with a second witness in a workspace on a shared file system.
 */
@NullMarked
package dev.runregistry.executor.slurm;

import org.jspecify.annotations.NullMarked;
