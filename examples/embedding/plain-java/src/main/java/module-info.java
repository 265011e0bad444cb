/** A program that runs on the module path; without this file it runs on the class path. */
module example.plain {
  requires dev.runregistry.core;
  requires dev.runregistry.datasets;
  requires dev.runregistry.executor.process;
  requires dev.runregistry.journal;
  requires dev.runregistry.persistence.jooq;
}
