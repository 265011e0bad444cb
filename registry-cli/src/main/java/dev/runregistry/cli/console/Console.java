package dev.runregistry.cli.console;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import dev.runregistry.run.RegistryException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Locale;
import java.util.Map;

/**
 * The caller of the program: its environment, output streams and terminal.
 *
 * @param environment the variables
 * @param out where results go
 * @param err where messages go
 * @param terminal what is known about both
 */
public record Console(
    Map<String, String> environment, StandardOutput out, PrintableStream err, Terminal terminal) {

  /** Returns the caller of this process. */
  public static Console ofProcess() {
    return new Console(
        System.getenv(),
        new StandardOutput(new FileOutputStream(FileDescriptor.out)),
        new PrintableStream(new FileOutputStream(FileDescriptor.err)),
        Terminal.of(System.getenv()));
  }

  /** Returns the same console with another output. */
  Console withOut(StandardOutput other) {
    return new Console(environment, other, err, terminal);
  }

  /** Prints a message as one line on stderr, whatever the text is. */
  public void say(String message) {
    err.println(StderrStream.MARK + message);
  }

  /**
   * Asks a question on stderr and returns whether the typed answer is yes. Only for a terminal as
   * input: a script has said what it wants.
   */
  public boolean isConfirmed(String question) {
    say(question + " [y/N]");
    return terminal
        .readLine()
        .map(answer -> answer.strip().toLowerCase(Locale.ROOT))
        .filter(answer -> answer.equals("y") || answer.equals("yes"))
        .isPresent();
  }

  /** Prints the message of an error on stderr, and its details on the lines below. */
  public void say(RegistryException error) {
    say(String.valueOf(error.getMessage()));
    if (error instanceof CommandFailedException failure) {
      failure.details().forEach(err::println);
    }
  }
}
