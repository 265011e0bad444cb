package dev.runregistry.internal.host;

import dev.runregistry.internal.host.ProcessTable.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signals to processes, each only if it is still the same process. */
final class SignalSender {
  private static final Logger log = LoggerFactory.getLogger(SignalSender.class);
  private static final Duration KILL_COMMAND = Duration.ofSeconds(5);

  private SignalSender() {}

  static void send(ProcessTable table, Collection<Entry> processes, String signal) {
    List<Entry> same =
        processes.stream()
            .filter(
                process ->
                    table
                        .find(process.identity().pid())
                        .filter(now -> now.lives() && now.identity().equals(process.identity()))
                        .isPresent())
            .toList();
    switch (signal) {
      case "TERM" -> same.forEach(process -> handle(process).ifPresent(ProcessHandle::destroy));
      case "KILL" ->
          same.forEach(process -> handle(process).ifPresent(ProcessHandle::destroyForcibly));
      default -> sendByCommand(same, signal); // Java knows no others
    }
  }

  private static Optional<ProcessHandle> handle(Entry process) {
    return ProcessHandle.of(process.identity().pid());
  }

  private static void sendByCommand(List<Entry> processes, String signal) {
    if (processes.isEmpty()) {
      return;
    }
    // kill is built into every shell, while /bin/kill is missing in small containers
    List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", signal));
    processes.forEach(process -> command.add(Long.toString(process.identity().pid())));
    try {
      // some may have ended meanwhile, so its exit code is ignored
      new HelperProcess(command, 0, KILL_COMMAND).run();
    } catch (IOException e) {
      log.warn("cannot send {} to {}", signal, processes, e);
    }
  }
}
