package dev.runregistry.http.offender;

import dev.runregistry.persistence.jooq.RunDatabase;

/** Planted: the HTTP adapter opens the database itself. */
abstract class HttpOffender {
  abstract RunDatabase database();
}
