/** API: Serves the registry over HTTP. Start with {@link dev.runregistry.http.RegistryServer}. */
@NullMarked
package dev.runregistry.http;

import org.jspecify.annotations.NullMarked;
