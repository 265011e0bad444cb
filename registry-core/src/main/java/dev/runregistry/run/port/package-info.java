/** What the registry needs from outside: one small interface per thing, implemented by adapters. */
@NullMarked
package dev.runregistry.run.port;

import org.jspecify.annotations.NullMarked;
