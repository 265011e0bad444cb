package dev.runregistry.cli.completion;

import dev.runregistry.cli.completion.CompletionModel.Kind;
import dev.runregistry.cli.completion.CompletionModel.Place;
import dev.runregistry.cli.completion.CompletionModel.Word;
import java.util.stream.Collectors;

/** Completion for zsh; after the {@code --} of a run the command's own takes over. */
public final class ZshCompletion {
  private static final String FUNCTIONS =
      """
      #compdef registry
      # zsh completion of registry, sourced or in a folder of $fpath by the name of _registry

      # Names of datasets or ids of runs, of the registry that the line names.
      __registry_known() {
        local -a given known
        local i line
        for ((i = 2; i < CURRENT; i++)); do
          case ${words[i]} in
            (--home|--db|--config|--datasets) given+=("${(Q)words[i]}" "${(Q)words[++i]}") ;;
            (--home=*|--db=*|--config=*|--datasets=*) given+=("${(Q)words[i]}") ;;
          esac
        done
        for line in "${(@f)$(${~${(Q)words[1]}} completion-values $1 $given 2>/dev/null)}"; do
          if [[ -n $line ]]; then
            known+=("${${line%%%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
          fi
        done
        _describe -V "$1" known
      }

      # A value of that kind.
      __registry_value() {
        local -a known
        case $1 in
          (file) _files ;;
          (directory) _files -/ ;;
          (dataset|run) __registry_known $1 ;;
      %s    (*) _message "$1" ;;
        esac
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
        local i
        if [[ ${words[2]} == run ]]; then
          i=${words[(ie)--]}
          if ((i < CURRENT)); then
            shift $i words
            ((CURRENT -= i))
            _normal
            return
          fi
        fi
        local place='' argument='' kind='' name
        local -a subcommands options
        __registry_at ''
        for i in 2 3; do
          if ((i < CURRENT)) && [[ -n ${subcommands[(r)${words[i]}:*]} ]]; then
            place="${place:+$place }${words[i]}"
            subcommands=()
            __registry_at "$place"
          fi
        done
        if [[ $PREFIX == --*=* ]]; then
          name=${PREFIX%%%%=*}
          __registry_option "$place" "$name"
          if [[ -n $kind ]] && compset -P 1 '*='; then __registry_value $kind; fi
          return
        fi
        if [[ ${words[CURRENT - 1]} == -* ]]; then
          __registry_option "$place" "${words[CURRENT - 1]}"
          if [[ -n $kind ]]; then
            __registry_value $kind
            return
          fi
        fi
        if [[ $PREFIX == -* ]]; then
          _describe -o option options
        elif [[ -n $argument ]]; then
          __registry_value $argument
        elif (($#subcommands)); then
          _describe command subcommands
        fi
      }

      if [[ $funcstack[1] == _registry ]]; then
        _registry "$@"
      else
        compdef _registry registry
      fi
      """;

  private final CompletionModel model;

  public ZshCompletion(CompletionModel model) {
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
                "    (%1$s) known=(%2$s); _describe %1$s known ;;\n"
                    .formatted(words.getKey().text(), String.join(" ", words.getValue())))
        .collect(Collectors.joining());
  }

  private String places() {
    return model.places().stream().map(ZshCompletion::place).collect(Collectors.joining());
  }

  private static String place(Place place) {
    return "    ('%s')\n      argument='%s'\n      subcommands=(%s)\n      options=(%s) ;;\n"
        .formatted(
            place.text(),
            place.argument().map(Kind::text).orElse(""),
            place.subcommands().stream().map(ZshCompletion::word).collect(Collectors.joining(" ")),
            place.options().stream()
                .flatMap(
                    option ->
                        option.names().stream().map(name -> new Word(name, option.description())))
                .map(ZshCompletion::word)
                .collect(Collectors.joining(" ")));
  }

  private static String word(Word word) {
    return "'%s:%s'".formatted(word.name(), word.description().replace("'", "'\\''"));
  }
}
