package dev.runregistry.journal;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import org.jspecify.annotations.Nullable;

/**
 * The journal file that is written before anything is started, and again when an engine has started
 * the run.
 *
 * @param run the run, as started, or pending if it was handed to an engine
 * @param executor the name of the executor of a pending run; null for others
 * @param owner the process that owns it
 * @param database the database that it is going to be recorded in
 */
record JournaledStart(
    Run run, @Nullable String executor, OwnerIdentity owner, DatabaseIdentity database) {}
