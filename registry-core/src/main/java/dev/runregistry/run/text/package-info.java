/** API: Values as text for people, the same on the command line and over HTTP. */
@NullMarked
package dev.runregistry.run.text;

import org.jspecify.annotations.NullMarked;
