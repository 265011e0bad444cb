package dev.runregistry.journal;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;

/**
 * The journal file that is written before anything is started.
 *
 * @param run the run, as started
 * @param owner the process that owns it
 * @param database the database that it is going to be recorded in
 */
record JournaledStart(Run run, OwnerIdentity owner, DatabaseIdentity database) {}
