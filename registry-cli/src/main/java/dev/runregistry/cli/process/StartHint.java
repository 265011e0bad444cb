package dev.runregistry.cli.process;

import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.run.redact.SecretRedactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A hint for a command that was not found, where its first word has a likely cause. */
public final class StartHint {
  /** The hint where the trainer is not found. */
  public static final String SET_TRAINER = "set REGISTRY_COMMAND to your trainer";

  private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");
  private static final Pattern SHELL_LINE = Pattern.compile("[|;&<>()`$*~\\n]");
  private static final Set<String> BUILTINS =
      Set.of(
          ".",
          ":",
          "alias",
          "bg",
          "builtin",
          "cd",
          "command",
          "declare",
          "eval",
          "exec",
          "exit",
          "export",
          "fg",
          "hash",
          "jobs",
          "let",
          "local",
          "popd",
          "pushd",
          "read",
          "readonly",
          "return",
          "set",
          "shift",
          "shopt",
          "source",
          "trap",
          "type",
          "ulimit",
          "umask",
          "unalias",
          "unset",
          "wait");

  private StartHint() {}

  /** Returns a hint for a command of the user's own, with its secrets redacted. */
  public static Optional<String> of(List<String> command) {
    String word = command.get(0);
    if (ASSIGNMENT.matcher(word).matches() && !word.contains(" ")) {
      return hint(name(word) + " looks like an assignment; use env", "env", command);
    }
    if (BUILTINS.contains(word)) {
      return hint(quoted(word) + " is a shell builtin; use a shell", shell(command));
    }
    boolean words = word.strip().contains(" ");
    if (words && command.size() == 1 && !SHELL_LINE.matcher(word).find()) {
      return hint(
          "several words in one; leave out the quotes", List.of(word.strip().split("\\s+")));
    }
    return words || SHELL_LINE.matcher(word).find()
        ? hint("this looks like a shell command line; use a shell", shell(command))
        : Optional.empty();
  }

  /** A word that is a whole line stands as it is, others are quoted for the line they become. */
  private static List<String> shell(List<String> command) {
    return List.of(
        "sh", "-c", command.size() == 1 ? command.get(0) : CommandLineFormat.of(command));
  }

  private static String name(String assignment) {
    return "'" + assignment.substring(0, assignment.indexOf('=') + 1) + "…'";
  }

  private static String quoted(String word) {
    return "'" + TerminalText.line(word) + "'";
  }

  private static Optional<String> hint(String what, String program, List<String> command) {
    List<String> words = new ArrayList<>(List.of(program));
    words.addAll(command);
    return hint(what, words);
  }

  private static Optional<String> hint(String what, List<String> command) {
    return Optional.of(
        "hint: %s: registry run -- %s"
            .formatted(what, CommandLineFormat.of(SecretRedactor.redact(command))));
  }
}
