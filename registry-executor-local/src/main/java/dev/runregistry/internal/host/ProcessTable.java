package dev.runregistry.internal.host;

import java.io.File;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The processes of this host, as far as this process may see them. Safe for use by many threads.
 */
public interface ProcessTable {

  /**
   * A process at the moment of looking.
   *
   * @param identity pid and start time
   * @param parent the pid of its parent; 0 when it has none
   * @param group its process group; 0 where that cannot be known
   * @param session its session; 0 where that cannot be known
   * @param foregroundGroup the group that its terminal listens to; not positive without a terminal
   * @param state the letter of {@code ps}: Z for one that has ended and waits for its parent to
   *     notice, T for a stopped one
   * @param name the name of its program, cut
   */
  record Entry(
      ProcessIdentity identity,
      long parent,
      long group,
      long session,
      long foregroundGroup,
      char state,
      String name) {

    /** Whether it can still do anything. */
    public boolean lives() {
      return state != 'Z' && state != 'X';
    }

    /** Whether what is typed at its terminal reaches it. */
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

  /** The process that has this pid now. */
  Optional<Entry> find(long pid);

  /** All that started at this time or later, ended ones included; in no order. */
  List<Entry> since(long startTime);

  /** For how long the process has been there, by a clock that nobody can set, if there is one. */
  Duration age(ProcessIdentity process);

  /** Whether that very process lives. */
  default boolean isAlive(ProcessIdentity process) {
    return find(process.pid())
        .filter(now -> now.lives() && now.identity().equals(process))
        .isPresent();
  }

  /** Whether the environment of the process has this entry; false where that cannot be known. */
  boolean hasInEnvironment(Entry process, String nameAndValue);

  /**
   * Sends a signal to those that are still the same processes; the rest is left alone.
   *
   * @param signal its name, such as {@code TERM}
   */
  void signal(Collection<Entry> processes, String signal);

  /** That of this operating system. */
  static ProcessTable ofThisHost() {
    return new File("/proc/self/stat").exists() ? new ProcProcessTable() : ofJava();
  }

  /** Returns the table of the JDK, for systems without {@code /proc}: it knows less. */
  static ProcessTable ofJava() {
    return new JavaProcessTable();
  }
}
