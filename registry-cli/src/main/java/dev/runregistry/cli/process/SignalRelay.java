package dev.runregistry.cli.process;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the signals that would terminate this process to the run, so that the run is recorded
 * before we exit. Those that come before there is a receiver are kept.
 *
 * <p>Left out are those that Java keeps for itself (QUIT, by which it prints its threads, ILL, FPE,
 * SEGV, BUS), those that are about this process alone (CHLD, PIPE, XFSZ, the ones that stop it),
 * and those that Java has no name for (STKFLT, real-time signals).
 */
public final class SignalRelay {
  private static final List<String> ENDING = List.of("INT", "TERM", "HUP");
  private static final List<String> TELLING =
      List.of(
          "USR1", "USR2", "CONT", "ALRM", "XCPU", "VTALRM", "PROF", "PWR", "IO", "SYS", "TRAP",
          "ABRT");

  private final List<String> early = new ArrayList<>(); // guarded by this
  private @Nullable Consumer<String> target; // guarded by this

  /** The first thing to do: until then a ^C ends this process, and no record is written. */
  public static SignalRelay install() {
    SignalRelay relay = new SignalRelay();
    relay.handle(ENDING);
    return relay;
  }

  /** Installs the relay for a run, which is told all that a process can be told. */
  public static SignalRelay installForRun() {
    SignalRelay relay = install();
    relay.handle(TELLING);
    return relay;
  }

  private void handle(List<String> names) {
    names.forEach(name -> ProcessSignals.handle(name, this::receive));
  }

  public void receive(String name) {
    Consumer<String> now;
    synchronized (this) {
      now = target;
      if (now == null) {
        early.add(name);
      }
    }
    if (now != null) {
      now.accept(name);
    }
  }

  /** Passes signals to the target by name, those that came before included. */
  public void passTo(Consumer<String> receiver) {
    List<String> before;
    synchronized (this) {
      target = receiver;
      before = List.copyOf(early);
      early.clear();
    }
    before.forEach(receiver);
  }
}
