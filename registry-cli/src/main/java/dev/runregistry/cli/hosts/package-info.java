/** Internal: The commands hosts, hosts list and hosts retire. */
@NullMarked
package dev.runregistry.cli.hosts;

import org.jspecify.annotations.NullMarked;
