package dev.runregistry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the signals that would end this process and passes them on to the run, so that the run is
 * recorded before we exit. Those that come before there is anybody to pass them to are kept.
 */
final class SignalRelay {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private final List<String> early = new ArrayList<>(); // guarded by this
  private @Nullable Consumer<String> target; // guarded by this

  /** The first thing to do: until then a ^C ends this process, and no record is written. */
  static SignalRelay install() {
    SignalRelay relay = new SignalRelay();
    NAMES.forEach(name -> ProcessSignals.handle(name, relay::receive));
    return relay;
  }

  void receive(String name) {
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

  /** From now on, and for all that came before, signals go there, by name. */
  void passTo(Consumer<String> receiver) {
    List<String> before;
    synchronized (this) {
      target = receiver;
      before = List.copyOf(early);
      early.clear();
    }
    before.forEach(receiver);
  }
}
