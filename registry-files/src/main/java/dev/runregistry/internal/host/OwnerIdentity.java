package dev.runregistry.internal.host;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a process that owns runs, distinct from any other's: a pid is reused, within one
 * boot and after the next.
 *
 * @param host the name of the host
 * @param machineId changes with every installation; null if the system has none
 * @param bootId changes with every boot; null if the system has none
 * @param pidNamespace the namespace of the pid: containers have their own; null if the system has
 *     none
 * @param process pid and start time
 */
public record OwnerIdentity(
    String host,
    @Nullable String machineId,
    @Nullable String bootId,
    @Nullable String pidNamespace,
    ProcessIdentity process) {

  private static final String UNKNOWN = "unknown";
  private static final int MAX_BYTES = 4_096; // of a file with one line
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final String INITIAL_PID_NAMESPACE = "pid:[4026531836]"; // PROC_PID_INIT_INO
  private static final Path PID_NAMESPACE = Path.of("/proc/self/ns/pid");

  /**
   * Reads the process that began a run from the file of its start.
   *
   * @throws IOException if that cannot be read, or has no such process
   */
  public static OwnerIdentity readFrom(Path note) throws IOException {
    Map<String, @Nullable Object> fields =
        BoundedJson.object(
            RegularFiles.read(note, BoundedJson.MAX_BYTES, LinkOption.NOFOLLOW_LINKS));
    if (fields.get("runner") instanceof Map<?, ?> owner) {
      try {
        return of(owner);
      } catch (NullPointerException | ClassCastException e) {
        throw new CorruptJournalException("the process that began the run is not whole", e);
      }
    }
    throw new CorruptJournalException("the process that began the run is missing", null);
  }

  /**
   * Returns the identity in these fields of JSON.
   *
   * @throws NullPointerException if one is missing
   * @throws ClassCastException if one is of another type
   */
  public static OwnerIdentity of(Map<?, ?> fields) {
    return new OwnerIdentity(
        (String) requireNonNull(fields.get("host"), "host"),
        (String) fields.get("machine_id"),
        (String) fields.get("boot_id"),
        (String) fields.get("pid_namespace"),
        new ProcessIdentity(
            (Long) requireNonNull(fields.get("pid"), "pid"),
            (Long) requireNonNull(fields.get("start_time"), "start_time")));
  }

  /** Returns the identity of this process. */
  public static OwnerIdentity current(ProcessTable table) throws IOException {
    long pid = ProcessHandle.current().pid();
    ProcessTable.Entry self =
        table.find(pid).orElseThrow(() -> new IOException("this process is not to be found"));
    return new OwnerIdentity(
        hostName(),
        firstLine(MACHINE_ID),
        firstLine(BOOT_ID),
        linkTarget(PID_NAMESPACE),
        self.identity());
  }

  /**
   * Returns whether the other was on this host. An equal name alone is no proof, since many hosts
   * share one, and within one boot it is not needed: the name may have been changed. A machine id
   * that is missing on both, as in many images of containers, is no proof either. Only without boot
   * ids, on systems other than Linux, the name decides.
   */
  public boolean isOnHostOf(OwnerIdentity other) {
    if (bootId != null && bootId.equals(other.bootId)) {
      return true;
    }
    boolean hasNoIds = bootId == null && other.bootId == null && machineId == null;
    return host.equals(other.host)
        && Objects.equals(machineId, other.machineId)
        && (hasNoIds || !isEmpty(machineId));
  }

  /** Null is the value without the file; earlier versions wrote an empty text. */
  private static boolean isEmpty(@Nullable String id) {
    return id == null || id.isEmpty();
  }

  /** Returns whether the other was in this boot of this host, as far as that can be known. */
  public boolean isInBootOf(OwnerIdentity other) {
    return isOnHostOf(other) && Objects.equals(bootId, other.bootId);
  }

  /** Returns whether the other has the same pid namespace. */
  public boolean sharesPidsWith(OwnerIdentity other) {
    return Objects.equals(pidNamespace, other.pidNamespace);
  }

  /** Returns whether every process of this host is visible from here, including containers. */
  public boolean seesAllNamespaces() {
    return INITIAL_PID_NAMESPACE.equals(pidNamespace);
  }

  /** Returns whether it was the first process of its container, which the kernel ends with it. */
  public boolean isFirstOfNamespace() {
    return process.pid() == 1;
  }

  /** Returns the name of this host, or {@code unknown} if it has none. */
  public static String hostName() {
    return hostName(firstLine(HOST_NAME));
  }

  /** Returns the kernel's name of this host, or that of Java if it is null or empty. */
  public static String hostName(@Nullable String kernels) {
    if (kernels != null && !kernels.isEmpty()) {
      return kernels;
    }
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.isEmpty() ? UNKNOWN : name;
    } catch (UnknownHostException e) {
      return UNKNOWN;
    }
  }

  private static @Nullable String firstLine(Path file) {
    try {
      String line = new String(RegularFiles.read(file, MAX_BYTES), StandardCharsets.UTF_8).strip();
      return line.isEmpty() ? null : line;
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
