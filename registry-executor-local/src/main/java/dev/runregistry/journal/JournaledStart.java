package dev.runregistry.journal;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;

/**
 * What is noted before anything is started.
 *
 * @param run the run, as started
 * @param runner who carries it out
 * @param database where it is going to be recorded
 */
record JournaledStart(Run run, OwnerIdentity runner, DatabaseIdentity database) {}
