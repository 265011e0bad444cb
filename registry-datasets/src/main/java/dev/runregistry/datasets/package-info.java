/**
 * API: Datasets in directories of this host: their manifests, records and training configurations.
 */
@NullMarked
package dev.runregistry.datasets;

import org.jspecify.annotations.NullMarked;
