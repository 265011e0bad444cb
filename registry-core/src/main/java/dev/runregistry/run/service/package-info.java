/** What a user can do: submit a run and look at what is on record. */
@NullMarked
package dev.runregistry.run.service;

import org.jspecify.annotations.NullMarked;
