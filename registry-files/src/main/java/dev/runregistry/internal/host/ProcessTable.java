package dev.runregistry.internal.host;

import java.io.File;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The processes of this host, as far as they are visible. Safe for use by many threads. */
public interface ProcessTable {

  /**
   * A process at the moment of a scan.
   *
   * @param identity pid and start time
   * @param parent the pid of its parent; 0 if it has none
   * @param group its process group; 0 if unknown
   * @param session its session; 0 if unknown
   * @param foregroundGroup the foreground group of its terminal; not positive without a terminal
   * @param state the letter of {@code ps}: Z for one that has ended and was not reaped by its
   *     parent, T for a stopped one
   * @param name the name of its program, truncated
   */
  record Entry(
      ProcessIdentity identity,
      long parent,
      long group,
      long session,
      long foregroundGroup,
      char state,
      String name) {

    /** Returns whether it is neither a zombie nor dead. */
    public boolean lives() {
      return state != 'Z' && state != 'X';
    }

    /** Returns whether it receives the input and the signals of its terminal. */
    public boolean isInForeground() {
      return foregroundGroup > 0 && foregroundGroup == group;
    }

    public boolean isStopped() {
      return state == 'T';
    }

    @Override
    public String toString() {
      return identity.pid() + " (" + name + ")";
    }
  }

  /** Returns the process that has this pid now. */
  Optional<Entry> find(long pid);

  /** Returns all that started at this time or later, ended ones included; in no order. */
  List<Entry> since(long startTime);

  /** Returns the age of the process, by a clock that cannot be set, if there is one. */
  Duration age(ProcessIdentity process);

  /** Returns whether exactly this process lives. */
  default boolean isAlive(ProcessIdentity process) {
    return find(process.pid())
        .filter(now -> now.lives() && now.identity().equals(process))
        .isPresent();
  }

  /** Returns whether the environment of the process has this entry; false if unknown. */
  boolean hasInEnvironment(Entry process, String nameAndValue);

  /**
   * Sends a signal to those that are still the same processes; skips the others.
   *
   * @param signal its name, such as {@code TERM}
   */
  void signal(Collection<Entry> processes, String signal);

  /** Returns the table of this operating system. */
  static ProcessTable ofThisHost() {
    return new File("/proc/self/stat").exists() ? new ProcProcessTable() : ofJava();
  }

  /** Returns the table of the JDK, for systems without {@code /proc}: it has less information. */
  static ProcessTable ofJava() {
    return new JavaProcessTable();
  }
}
