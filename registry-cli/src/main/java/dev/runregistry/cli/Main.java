package dev.runregistry.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;

/** Where it all begins. */
final class Main {
  private Main() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    boolean runs = arguments.length > 0 && List.of("run", "serve").contains(arguments[0]);
    // the other commands keep nothing that a signal could lose
    SignalRelay signals = runs ? SignalRelay.install() : new SignalRelay();
    System.setErr(
        new Messages(new FileOutputStream(FileDescriptor.err))); // for the logging library
    Caller caller = Caller.ofProcess();
    Program program = new Program(caller, signals);
    System.exit(
        RawArguments.problem(arguments)
            .map(problem -> program.refuse(problem, arguments))
            .orElseGet(() -> program.execute(arguments)));
  }
}
