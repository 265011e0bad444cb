/** Internal: JSON messages of the server (pages, problems) and the headers of all responses. */
@NullMarked
package dev.runregistry.http.internal.message;

import org.jspecify.annotations.NullMarked;
