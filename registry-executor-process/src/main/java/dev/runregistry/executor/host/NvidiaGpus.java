package dev.runregistry.executor.host;

import dev.runregistry.internal.host.HelperProcess;
import dev.runregistry.internal.host.HelperProcess.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The NVIDIA GPUs of this host. */
public final class NvidiaGpus {
  private static final List<String> COMMAND = List.of("nvidia-smi", "-L");
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MAX_BYTES = 1 << 16;

  /** The identifier, because CUDA may number the devices differently. */
  private static final Pattern GPU = Pattern.compile("(?m)^GPU \\d+: .*\\(UUID: (GPU-[\\w-]+)\\)");

  private NvidiaGpus() {}

  /**
   * Returns their identifiers, in the order of {@code nvidia-smi -L}.
   *
   * @throws IOException if that cannot be started, fails or takes longer than ten seconds
   */
  public static List<String> list() throws IOException {
    Optional<Result> result = new HelperProcess(COMMAND, MAX_BYTES, LIMIT).run();
    if (result.isEmpty() || result.get().exitCode() != 0) {
      throw new IOException("nvidia-smi -L failed");
    }
    return parse(result.get().output());
  }

  static List<String> parse(String output) {
    return GPU.matcher(output).results().map(found -> found.group(1)).toList();
  }
}
