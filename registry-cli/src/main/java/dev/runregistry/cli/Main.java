package dev.runregistry.cli;

import dev.runregistry.cli.ExitCodes.Codes;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.StderrStream;
import dev.runregistry.cli.process.ArgumentEncodingCheck;
import dev.runregistry.cli.process.SignalRelay;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** The entry point of the command line. */
final class Main {
  private Main() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    SignalRelay signals = signals(arguments);
    System.setErr(
        new StderrStream(new FileOutputStream(FileDescriptor.err))); // for the logging library
    Console caller = Console.ofProcess();
    Program program = new Program(caller, signals);
    System.exit(
        new ExitCodes(caller, Codes.of(arguments)).guarding(() -> execute(program, arguments)));
  }

  private static int execute(Program program, String... arguments) {
    return ArgumentEncodingCheck.problem(arguments)
        .map(problem -> program.refuse(problem, arguments))
        .orElseGet(() -> program.execute(arguments));
  }

  /** The other commands keep nothing that a signal could lose. */
  private static SignalRelay signals(String... arguments) {
    return switch (arguments.length == 0 ? "" : arguments[0]) {
      case "run" -> SignalRelay.installForRun();
      case "serve" -> SignalRelay.install();
      default -> new SignalRelay();
    };
  }
}
