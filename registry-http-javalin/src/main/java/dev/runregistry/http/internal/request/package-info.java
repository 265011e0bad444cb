/**
 * What is read of a request, body, parameters, headers, bounded and validated. For this module
 * only.
 */
@NullMarked
package dev.runregistry.http.internal.request;

import org.jspecify.annotations.NullMarked;
