package dev.runregistry.executor.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runregistry.testkit.process.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system whose locks fail, as Lustre without flock: a preload stands for it. */
class NoLocksTest {
  private static final String PRELOAD =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <stdarg.h>
      static int any(const char *name, int fd, int command, void *argument) {
        if (command == F_SETLK || command == F_SETLKW) { errno = ENOSYS; return -1; }
        int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
        return real(fd, command, argument);
      }
      #define ARGUMENT va_list all; va_start(all, command); void *one = va_arg(all, void *); va_end(all)
      int fcntl(int fd, int command, ...) { ARGUMENT; return any("fcntl", fd, command, one); }
      int fcntl64(int fd, int command, ...) { ARGUMENT; return any("fcntl64", fd, command, one); }
      """;

  @TempDir private Path folder;

  @Test
  void runs_start_on_a_file_system_that_has_no_locks_which_its_probe_reports() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    ProcessBuilder registry = JavaProcess.builder(NoLocksMain.class, home);
    registry.environment().put("LD_PRELOAD", preload().toString());
    Process process = registry.start();
    try (InputStream out = process.getInputStream()) {
      assertThat(new String(out.readAllBytes(), UTF_8))
          .isEqualTo("exit 3\nclaimed true\nexit 4\nclaimed true\nlocks false\n");
    }
    assertThat(process.waitFor()).isZero();
  }

  private Path preload() throws IOException, InterruptedException {
    assumeTrue(
        new ExecutableFinder(new File("/"), System.getenv("PATH")).find("cc").isPresent(),
        "there is no C compiler");
    Path source = Files.writeString(folder.resolve("locks.c"), PRELOAD);
    Path library = folder.resolve("locks.so");
    Process cc =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library + "", source + "", "-ldl")
            .inheritIO()
            .start();
    assertThat(cc.waitFor()).isZero();
    return library;
  }
}
