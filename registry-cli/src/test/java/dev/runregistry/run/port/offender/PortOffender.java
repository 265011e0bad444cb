package dev.runregistry.run.port.offender;

import dev.runregistry.run.service.RunRegistry;

/** Planted: a port knows who uses it. */
interface PortOffender {
  RunRegistry registry();
}
