/** API: The use cases: submit a run, reconcile, verify, and query what is on record. */
@NullMarked
package dev.runregistry.run.service;

import org.jspecify.annotations.NullMarked;
