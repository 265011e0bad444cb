/**
 * JSON messages of the server (pages, problems) and the headers of all responses. For this module
 * only.
 */
@NullMarked
package dev.runregistry.http.internal.message;

import org.jspecify.annotations.NullMarked;
