package dev.runregistry.executor.offender;

import dev.runregistry.persistence.jooq.RunDatabase;

/** Planted: an adapter knows another and the command line, prints, and ends the JVM. */
abstract class ExecutorOffender extends dev.runregistry.cli.offender.CliOffender {
  abstract RunDatabase database();

  void end() {
    System.out.println("the end");
    System.exit(1);
  }
}
