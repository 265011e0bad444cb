package dev.runregistry.internal.offender;

import dev.runregistry.journal.FileRunJournal;

/** Planted: what is below the adapters knows one. */
abstract class FilesOffender {
  abstract FileRunJournal journal();
}
