/**
 * API: The JSON of runs and lists of runs that the HTTP contract defines, for every interface that
 * prints it. The journal has a format of its own, with none of these objects in it: its files are
 * read back, so they have the whole request, instants in microseconds and a format number, and they
 * are written before a child starts, where a class of another module would delay it.
 */
@NullMarked
package dev.runregistry.json;

import org.jspecify.annotations.NullMarked;
