package dev.runregistry.cli;

import dev.runregistry.cli.config.Logging;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.OutputException;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.RegistryException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Turns what went wrong in a command into a message and an exit code. */
final class ExitCodes {
  /** The exit code of a shell for a program that SIGPIPE terminated. */
  static final int CLOSED_PIPE = 128 + 13;

  private final Console caller;
  private final Codes codes;

  ExitCodes(Console caller, Codes codes) {
    this.caller = caller;
    this.codes = codes;
  }

  /**
   * Exit codes for what is not a result, and the form of its message.
   *
   * @param failed the command could not do what it was asked for
   * @param usage it was asked for something that makes no sense
   * @param json whether an error is printed as a JSON document
   */
  record Codes(int failed, int usage, boolean json) {
    static final Codes USUAL = new Codes(1, 2, false);

    /** One for both, as in timeout(1): all other codes are the command's. */
    static final Codes OF_RUN = new Codes(125, 125, false);

    /** That nothing could be found out is not the same as that something is wrong. */
    private static final Codes OF_VERIFY = new Codes(125, 2, false);

    /** Returns the codes of the command that the arguments begin with. */
    static Codes of(String... arguments) {
      Codes codes =
          switch (arguments.length == 0 ? "" : arguments[0]) {
            case "run", "wait" -> OF_RUN;
            case "verify" -> OF_VERIFY;
            default -> USUAL;
          };
      return new Codes(codes.failed, codes.usage, isJson(List.of(arguments)));
    }

    /** Whether there is {@code --json}, or a format of that name: arguments may be unparsable. */
    private static boolean isJson(List<String> arguments) {
      int command = arguments.indexOf("--");
      List<String> options = command < 0 ? arguments : arguments.subList(0, command);
      return Stream.of("--json", "--format json", "--format=json", "-o json", "-ojson")
          .map(option -> List.of(option.split(" ")))
          .anyMatch(option -> Collections.indexOfSubList(options, option) >= 0);
    }
  }

  /** Returns the codes of this command. */
  Codes codes() {
    return codes;
  }

  /** Executes the command to its end, and to that of its output. */
  int of(Callable<Integer> command) {
    int code = codes.failed();
    try {
      code = command.call();
      caller.out().flush();
    } catch (OutputException e) { // from the last flush, or from picocli printing help
      return outputFailed(e, code);
    } catch (Throwable e) {
      return failed(e);
    }
    return code;
  }

  /**
   * Executes what returns an exit code, and returns that. All that can be thrown is caught: the JVM
   * would end with 1, which a command could have ended with.
   */
  int guarding(Callable<Integer> command) {
    try {
      return command.call();
    } catch (Throwable e) {
      return failed(e);
    }
  }

  /** Prints the error, if there is the memory for it, and returns its exit code. */
  int failed(Throwable e) {
    try {
      return reported(e);
    } catch (VirtualMachineError unreported) { // the JVM would end with 1
      return codes.failed();
    }
  }

  private int reported(Throwable e) {
    if (e instanceof OutputException output) {
      return outputFailed(output, codes.failed());
    }
    if (e instanceof RegistryException error) {
      print(ErrorDocument.of(error));
      if (Logging.isVerbose()) {
        e.printStackTrace(caller.err());
      }
      return e instanceof UsageException ? codes.usage() : codes.failed();
    }
    if (codes.json()) {
      print(new ErrorDocument("internal_error", "internal error, please report: " + e, List.of()));
    } else {
      caller.say("internal error, please report:");
    }
    e.printStackTrace(caller.err());
    return codes.failed();
  }

  /** Prints an error on stderr, as text or as a JSON document. */
  void print(ErrorDocument error) {
    if (codes.json()) {
      caller.err().println(error.json());
    } else {
      caller.say(error.message());
      error.details().forEach(caller.err()::println);
    }
  }

  private int outputFailed(OutputException e, int code) {
    if (e.isClosedPipe()) { // the reader has seen enough: no reason for a message
      return CLOSED_PIPE;
    }
    caller.say(String.valueOf(e.getMessage()));
    return code == 0 ? codes.failed() : code;
  }
}
