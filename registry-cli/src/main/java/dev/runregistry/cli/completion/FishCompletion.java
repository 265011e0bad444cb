package dev.runregistry.cli.completion;

import dev.runregistry.cli.completion.CompletionModel.Kind;
import dev.runregistry.cli.completion.CompletionModel.Option;
import dev.runregistry.cli.completion.CompletionModel.Place;
import dev.runregistry.cli.completion.CompletionModel.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Completion for fish; after the {@code --} of a run the command's own takes over. */
public final class FishCompletion {
  private static final String FUNCTIONS =
      """
      # fish completion of registry
      complete -c registry -e
      complete -c registry -f

      # Whether the words before the cursor lead to that command.
      function __registry_at
          set -l words (commandline -opc)
          set -l path
          if contains -- "$words[2]" %s
              set path $words[2]
              if test "$path" = run; and contains -- -- $words
                  return 1
              end
              if test "$path" = runs; and contains -- "$words[3]" %s
                  set -a path $words[3]
              end
          end
          test "$path" = "$argv"
      end

      # Whether the cursor is in the command of a run.
      function __registry_in_command
          set -l words (commandline -opc)
          test "$words[2]" = run; and contains -- -- $words
      end

      # What completes the command of a run by itself.
      function __registry_command
          set -l words (commandline -opc)
          set -e words[1..(contains -i -- -- $words)]
          complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
      end

      # Names of datasets or ids of runs, of the registry that the line names.
      function __registry_known
          set -l words (commandline -opc)
          set -l program (string replace -r '^~' $HOME -- $words[1])
          set -l given
          set -l taken 0
          for word in $words[2..-1]
              if test $taken = 1
                  set -a given $word
                  set taken 0
              else if contains -- $word --home --db --config --datasets
                  set -a given $word
                  set taken 1
              else if string match -qr -- '^--(home|db|config|datasets)=' $word
                  set -a given $word
              end
          end
          $program completion-values $argv[1] $given 2>/dev/null
      end

      complete -c registry -n __registry_in_command -a '(__registry_command)'
      """;

  private final CompletionModel model;
  private final List<String> lines = new ArrayList<>();

  public FishCompletion(CompletionModel model) {
    this.model = model;
  }

  /** The script. */
  public String script() {
    model.places().forEach(this::add);
    return FUNCTIONS.formatted(below(""), below("runs")) + String.join("\n", lines) + "\n";
  }

  private String below(String path) {
    return model.places().stream()
        .filter(place -> place.text().equals(path))
        .flatMap(place -> place.subcommands().stream())
        .map(Word::name)
        .collect(Collectors.joining(" "));
  }

  private void add(Place place) {
    String here = ("__registry_at " + place.text()).strip();
    for (Word word : place.subcommands()) {
      addLine(here, "-a " + word.name(), word.description());
    }
    for (Option option : place.options()) {
      addLine(here, words(option), option.description());
    }
    place.argument().ifPresent(kind -> addLine(here, candidates(kind).strip(), ""));
  }

  private String words(Option option) {
    StringJoiner words = new StringJoiner(" ");
    for (String name : option.names()) {
      words.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
    }
    option
        .value()
        .ifPresent(kind -> words.add(kind == Kind.FILE ? "-r -F" : "-x" + candidates(kind)));
    return words.toString();
  }

  private String candidates(Kind kind) {
    return switch (kind) {
      case TEXT -> "";
      case FILE -> " -F";
      case DIRECTORY -> " -a '(__fish_complete_directories)'";
      case DATASET -> " -a '(__registry_known dataset)'";
      case RUN -> " -k -a '(__registry_known run)'";
      case STATUS, MODE, REASON, FORMAT, ORDER, COLOR, SIGNAL, SHELL, COMMAND ->
          " -a '" + String.join(" ", CompletionWords.of(kind, model)) + "'";
    };
  }

  private void addLine(String condition, String words, String description) {
    String line = "complete -c registry -n " + quoted(condition) + " " + words;
    lines.add(description.isEmpty() ? line : line + " -d " + quoted(description));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
