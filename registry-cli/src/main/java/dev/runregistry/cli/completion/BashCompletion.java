package dev.runregistry.cli.completion;

import dev.runregistry.cli.completion.CompletionModel.Kind;
import dev.runregistry.cli.completion.CompletionModel.Place;
import dev.runregistry.cli.completion.CompletionModel.Word;
import java.util.stream.Collectors;

/**
 * Completion for bash, with or without bash-completion. After the {@code --} of a run the command's
 * own completion takes over, as after {@code sudo} or {@code timeout}.
 */
public final class BashCompletion {
  private static final String FUNCTIONS =
      """
      # bash completion of registry

      # The command of a run, which begins with that word: what completes it by itself.
      __registry_command() {
        if declare -F _comp_command_offset >/dev/null; then
          _comp_command_offset "$1"
        elif declare -F _command_offset >/dev/null; then
          _command_offset "$1"
        elif ((COMP_CWORD == $1)) && [[ ${COMP_WORDS[COMP_CWORD]} != */* ]]; then
          mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | sort -u)
        else
          compopt -o bashdefault -o default
        fi
      }

      # Names of datasets or ids of runs, of the registry that the line names.
      __registry_known() {
        local i given=() known=()
        for ((i = 1; i < ${#words[@]}; i++)); do
          case ${words[i]} in
            --home | --db | --config | --datasets) given+=("${words[i]}" "${words[++i]}") ;;
            --home=* | --db=* | --config=* | --datasets=*) given+=("${words[i]}") ;;
          esac
        done
        compopt -o nosort
        while IFS=$'\\t' read -r i _; do
          if [[ $i == "$2"* ]]; then known+=("$(printf %%q "$i")"); fi
        done < <("${words[0]/#\\~/$HOME}" completion-values "$1" "${given[@]}" 2>/dev/null)
        COMPREPLY=("${known[@]}")
      }

      # A value of that kind.
      __registry_value() {
        case $1 in
          file) compopt -o default ;;
          directory) compopt -o dirnames ;;
          dataset | run) __registry_known "$1" "$2" ;;
      %s  esac
      }

      # What stands at a command: its subcommands, options, and the kind of its argument.
      __registry_at() {
        case $1 in
      %s  esac
      }

      # The kind of the value of an option.
      __registry_option() {
        case "$1 $2" in
      %s  esac
      }

      _registry() {
        COMPREPLY=()
        local i
        if [[ ${COMP_WORDS[1]} == run ]]; then
          for ((i = 2; i < COMP_CWORD; i++)); do
            if [[ ${COMP_WORDS[i]} == -- ]]; then
              __registry_command $((i + 1))
              return
            fi
          done
        fi
        # not COMP_WORDS, which are cut at = and : too
        local line=${COMP_LINE:0:COMP_POINT} cur='' words=()
        read -ra words <<<"$line"
        if [[ $line != *[[:blank:]] ]]; then
          cur=${words[${#words[@]} - 1]}
          unset 'words[${#words[@]}-1]'
        fi
        local path='' subcommands='' options='' argument='' kind='' prev=${words[${#words[@]} - 1]}
        __registry_at ''
        if [[ " $subcommands " == *" ${words[1]:--} "* ]]; then
          path=${words[1]}
          __registry_at "$path"
          if [[ " $subcommands " == *" ${words[2]:--} "* ]]; then
            path="$path ${words[2]}"
            __registry_at "$path"
          fi
        fi
        if [[ $cur == --*=* ]]; then
          __registry_option "$path" "${cur%%%%=*}"
          if [[ $kind ]]; then __registry_value "$kind" "${cur#*=}"; fi
          return
        fi
        if [[ $prev == -* ]]; then
          __registry_option "$path" "$prev"
          if [[ $kind ]]; then
            __registry_value "$kind" "$cur"
            return
          fi
        fi
        if [[ $cur == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        elif [[ $argument ]]; then
          __registry_value "$argument" "$cur"
        elif [[ $subcommands ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$subcommands" -- "$cur")
        fi
      }

      complete -F _registry registry
      """;

  private final CompletionModel model;

  public BashCompletion(CompletionModel model) {
    this.model = model;
  }

  /** The script. */
  public String script() {
    return FUNCTIONS.formatted(values(), places(), model.optionCases());
  }

  private String values() {
    return CompletionWords.all(model).entrySet().stream()
        .map(
            words ->
                "    %s) mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$2\") ;;\n"
                    .formatted(words.getKey().text(), String.join(" ", words.getValue())))
        .collect(Collectors.joining());
  }

  private String places() {
    return model.places().stream().map(BashCompletion::place).collect(Collectors.joining());
  }

  private static String place(Place place) {
    return "    '%s') subcommands='%s' argument='%s' options='%s' ;;\n"
        .formatted(
            place.text(),
            place.subcommands().stream().map(Word::name).collect(Collectors.joining(" ")),
            place.argument().map(Kind::text).orElse(""),
            place.options().stream()
                .flatMap(option -> option.names().stream())
                .collect(Collectors.joining(" ")));
  }
}
