/** Internal: Parsing of request bodies, parameters and headers, with size limits and validation. */
@NullMarked
package dev.runregistry.http.internal.request;

import org.jspecify.annotations.NullMarked;
