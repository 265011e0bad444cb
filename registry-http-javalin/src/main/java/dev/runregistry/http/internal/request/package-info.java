/**
 * Parsing of request bodies, parameters and headers, with size limits and validation. For this
 * module only.
 */
@NullMarked
package dev.runregistry.http.internal.request;

import org.jspecify.annotations.NullMarked;
