package dev.runregistry.run;

import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.RunRegistry;

/** Planted: a value saves itself. */
abstract class ValueOffender {
  abstract RunRepository repository();

  abstract RunRegistry registry();
}
