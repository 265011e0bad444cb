package dev.runregistry.cli.process;

import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * The signals that this process gets. A class of its own, compiled by itself: javac warns of {@code
 * sun.misc} and nothing can silence it, while Java has no other way to handle a signal.
 */
public final class ProcessSignals {
  private ProcessSignals() {}

  /** Returns the exit code of a shell for a program that the signal terminated. */
  public static int exitCode(String name) {
    return 128 + number(name);
  }

  /** Returns the number of the signal on this system. */
  public static int number(String name) {
    return new Signal(name).getNumber();
  }

  /** Ignores the signal from now on, as all do that this process starts from now on. */
  public static void ignore(String name) {
    Signal.handle(new Signal(name), sun.misc.SignalHandler.SIG_IGN);
  }

  /**
   * Replaces the default action of the signal: it calls the handler, on a thread of its own, with
   * its name. A signal that is ignored already, as INT is in the background of a script and HUP
   * under {@code nohup}, stays ignored; one that this JVM keeps for itself stays with it.
   *
   * @param name such as {@code TERM}
   */
  public static void handle(String name, Consumer<String> handler) {
    Signal signal = new Signal(name);
    try {
      sun.misc.SignalHandler before = Signal.handle(signal, received -> handler.accept(name));
      if (before == sun.misc.SignalHandler.SIG_IGN) {
        Signal.handle(signal, before);
      }
    } catch (IllegalArgumentException e) {
      return; // JVMs differ in what they keep
    }
  }
}
