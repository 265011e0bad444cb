/** Whether the scripts of this module work; what they measure is for people to start. */
@NullMarked
package dev.runregistry.benchmarks;

import org.jspecify.annotations.NullMarked;
