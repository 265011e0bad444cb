package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.query.RunQuery;

/** A process of its own that lists the ids of the runs in the database at its argument, a URL. */
final class Reader {
  private Reader() {}

  public static void main(String[] args) {
    try (RunDatabase database = RunDatabase.at(new DatabaseConfig(args[0], null, null))) {
      for (int i = 0; i < 2; i++) { // by a second connection the same
        database.runs().list(RunQuery.all());
      }
      database.runs().list(RunQuery.all()).runs().forEach(run -> System.out.println(run.id()));
    }
  }
}
