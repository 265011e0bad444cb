package dev.runregistry.executor.local;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Gives a part of a file back to the file system. Java cannot; {@code fallocate} can, on Linux. */
final class HoleInFile {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private HoleInFile() {}

  /** Returns whether it could; else the file is as it was, or has a part of the hole. */
  static boolean make(Path file, long from, long to) throws IOException {
    Optional<String> tool =
        new ProgramLookup(new File("/"), System.getenv("PATH")).find("fallocate");
    return tool.isPresent() && make(tool.get(), file, from, to);
  }

  static boolean make(String tool, Path file, long from, long to) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    tool,
                    "--punch-hole",
                    "--offset",
                    Long.toString(from),
                    "--length",
                    Long.toString(to - from),
                    file.toString()))
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    try {
      return Uninterruptibly.await(process, LIMIT) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }
}
