package dev.runregistry.executor.slurm;

import java.io.IOException;

/** Thrown when a command of Slurm gives no answer: the state of every job is unknown then. */
final class SlurmUnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  SlurmUnreachableException(String message) {
    super(message);
  }
}
