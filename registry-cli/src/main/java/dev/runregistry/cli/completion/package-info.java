/** Internal: Completion of command lines in bash, zsh and fish. */
@NullMarked
package dev.runregistry.cli.completion;

import org.jspecify.annotations.NullMarked;
