package dev.runregistry.executor.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The process that carries out runs, named so that nobody takes another for it: a pid is used again
 * and again, within one boot and after the next.
 *
 * @param host the name of the host
 * @param bootId changes with every boot; null where the system has none
 * @param pidNamespace within which the pid has its meaning: containers have their own; null where
 *     there is no such thing
 * @param process pid and start time
 */
record Runner(
    String host, @Nullable String bootId, @Nullable String pidNamespace, ProcessIdentity process) {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path PID_NAMESPACE = Path.of("/proc/self/ns/pid");

  /** This process. */
  static Runner current(ProcessTable table) throws IOException {
    long pid = ProcessHandle.current().pid();
    ProcessTable.Entry self =
        table.find(pid).orElseThrow(() -> new IOException("this process is not to be found"));
    return new Runner(hostName(), firstLine(BOOT_ID), linkTarget(PID_NAMESPACE), self.identity());
  }

  private static String hostName() throws UnknownHostException {
    String name = firstLine(HOST_NAME);
    return name != null ? name : InetAddress.getLocalHost().getHostName();
  }

  private static @Nullable String firstLine(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return null; // not Linux
    }
  }

  private static @Nullable String linkTarget(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return null; // not Linux
    }
  }
}
