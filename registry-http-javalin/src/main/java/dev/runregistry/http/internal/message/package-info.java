/**
 * Messages of the server in JSON, runs, lists, problems, and the headers that all answers have. For
 * this module only.
 */
@NullMarked
package dev.runregistry.http.internal.message;

import org.jspecify.annotations.NullMarked;
