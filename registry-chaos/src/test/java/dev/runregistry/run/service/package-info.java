/** Access of the model to parts of the core that are not public. */
@NullMarked
package dev.runregistry.run.service;

import org.jspecify.annotations.NullMarked;
