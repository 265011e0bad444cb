package dev.runregistry.journal.offender;

import dev.runregistry.executor.process.LocalRunExecutor;

/** Planted: an adapter knows another. */
abstract class JournalOffender {
  abstract LocalRunExecutor executor();
}
