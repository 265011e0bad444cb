package dev.runregistry.run.output;

import dev.runregistry.run.LogStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line that a run printed.
 *
 * @param stream the stream
 * @param text the line with its line feed. Without one it is the last line of an ended run, or a
 *     part of a line that is longer than {@link OutputBatch#MAX_LINE_BYTES}; the next line of the
 *     stream continues it. Malformed UTF-8 and NUL are replaced by U+FFFD
 * @param at the time at which its last byte was printed, or a little before; null if unknown
 * @param stdout the offset after the line in the log of stdout in bytes
 * @param stderr the offset after the line in the log of stderr in bytes
 */
public record OutputLine(
    LogStream stream, String text, @Nullable Instant at, long stdout, long stderr) {}
