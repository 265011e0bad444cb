package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Completion in the real shells, on a terminal, by the Tab key. */
@ParameterizedClass
@EnumSource(CompletionIT.Kind.class)
@Timeout(300)
class CompletionIT {
  private static final List<String> SET_UP_OF_BASH =
      List.of(
          "PS1='> '",
          "source completion.bash",
          "registry() { if [[ $1 == completion-values ]]; then \"$REGISTRY\" \"$@\";"
              + " else printf '%s\\n' \"$@\" >\"$NOTED.new\"; mv \"$NOTED.new\" \"$NOTED\"; fi; }",
          "echo it' 'is ready");

  /** The shells. */
  enum Kind {
    BASH {
      @Override
      InteractiveShell start(Path directory, Launcher launcher) throws IOException {
        ShellTools.needBashCompletion();
        List<String> setUp = new ArrayList<>(SET_UP_OF_BASH);
        setUp.add(0, "source " + ShellTools.BASH_COMPLETION);
        return new InteractiveShell(directory, launcher, "bash --norc --noprofile -i", setUp);
      }
    },
    BASH_WITHOUT_BASH_COMPLETION {
      @Override
      InteractiveShell start(Path directory, Launcher launcher) throws IOException {
        return new InteractiveShell(
            directory, launcher, "bash --norc --noprofile -i", SET_UP_OF_BASH);
      }
    },
    ZSH {
      @Override
      InteractiveShell start(Path directory, Launcher launcher) throws IOException {
        return new InteractiveShell(
            directory,
            launcher,
            "zsh -f -i",
            List.of(
                "PS1='> '; unsetopt prompt_sp; LISTMAX=100",
                "autoload -U compinit && compinit -u -D && source ./completion.zsh",
                "registry() { if [[ $1 == completion-values ]]; then $REGISTRY \"$@\";"
                    + " else print -rl -- \"$@\" >$NOTED.new; mv $NOTED.new $NOTED; fi }",
                "echo it' 'is ready"));
      }
    },
    FISH {
      @Override
      InteractiveShell start(Path directory, Launcher launcher) throws IOException {
        return new InteractiveShell(
            directory,
            launcher,
            "fish -i",
            List.of(
                "source completion.fish",
                "function registry; if test \"$argv[1]\" = completion-values; $REGISTRY $argv;"
                    + " else; printf '%s\\n' $argv >$NOTED.new; mv $NOTED.new $NOTED; end; end",
                "echo it' 'is ready"));
      }
    };

    abstract InteractiveShell start(Path directory, Launcher launcher) throws IOException;

    String program() {
      return name().replaceFirst("_.*", "").toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether a list of candidates says what each is. */
    boolean describes() {
      return this == ZSH || this == FISH;
    }
  }

  @TempDir Path folder;
  @Parameter Kind kind;
  private Path directory;
  private Launcher launcher;
  private InteractiveShell shell;

  @BeforeEach
  void start() throws IOException {
    ShellTools.need("script", kind.program());
    directory = Files.createDirectories(folder.resolve("a b"));
    launcher = new Launcher(folder).with("REGISTRY_DATASETS", null);
    Files.writeString(
        directory.resolve("completion." + kind.program()),
        new Session(folder).registry("completion", kind.program()).out());
    Files.writeString(directory.resolve("training.py"), "");
    Files.createDirectory(directory.resolve("training-results"));
    SampleDatasets.in(directory);
    shell = kind.start(directory, launcher);
  }

  @AfterEach
  void end() throws IOException {
    if (shell != null) {
      shell.close();
    }
  }

  @Test
  void commands_and_options_are_completed() throws IOException {
    assertThat(shell.completed("registry mig")).containsExactly("migrate");
    assertThat(shell.completed("registry runs lo")).containsExactly("runs", "logs");
    assertThat(shell.completed("registry help compl")).containsExactly("help", "completion");
    assertThat(shell.completed("registry run --kill")).containsExactly("run", "--kill-after");
    assertThat(shell.completed("registry runs list --sta"))
        .containsExactly("runs", "list", "--status");
  }

  @Test
  void installing_it_took_away_the_completion_of_the_command_after_the_hyphens()
      throws IOException {
    assertThat(shell.completed("registry run -- python3 training."))
        .containsExactly("run", "--", "python3", "training.py");
    assertThat(shell.completed("registry run --timeout 1h -d x -- ./train"))
        .as("not the options or commands of the registry")
        .allSatisfy(word -> assertThat(word).doesNotStartWith("--output"));
    assertThat(shell.completed("registry run -- mkfif"))
        .as("a command")
        .containsExactly("run", "--", "mkfifo");
    assertThat(shell.completed("registry run -- serve "))
        .as("not the options of another command of ours")
        .startsWith("run", "--", "serve");
  }

  @Test
  void what_completes_a_command_by_itself_completes_it_after_the_hyphens() throws IOException {
    if (kind == Kind.BASH_WITHOUT_BASH_COMPLETION) {
      return; // there it is files only
    }
    assertThat(shell.completed("registry run -- env --ignore-env"))
        .containsExactly("run", "--", "env", "--ignore-environment");
  }

  @Test
  void values_are_completed_by_what_they_are() throws IOException {
    assertThat(shell.completed("registry runs --status fai"))
        .containsExactly("runs", "--status", "failed");
    assertThat(shell.completed("registry runs list --mode dr"))
        .containsExactly("runs", "list", "--mode", "dry-run");
    assertThat(shell.completed("registry runs --color=ne"))
        .containsExactly("runs", "--color=never");
    assertThat(shell.completed("registry runs --reason can"))
        .containsExactly("runs", "--reason", "cancelled");
    assertThat(shell.completed("registry run --signal USR1"))
        .containsExactly("run", "--signal", "USR1");
    assertThat(shell.completed("registry runs --status train"))
        .as("no file is a status")
        .containsExactly("runs", "--status", "train");
    assertThat(shell.completed("registry runs --status=comp"))
        .containsExactly("runs", "--status=completed");
    assertThat(shell.completed("registry completion fi")).containsExactly("completion", "fish");
  }

  @Test
  void files_and_directories_are_completed_where_they_are_meant() throws IOException {
    assertThat(shell.completed("registry run --config training."))
        .containsExactly("run", "--config", "training.py");
    assertThat(shell.completed("registry run --output-dir training"))
        .as("only a directory")
        .startsWith("run", "--output-dir")
        .last()
        .asString()
        .matches("training-results/?"); // zsh takes the slash away again
    assertThat(shell.completed("registry run --db training."))
        .as("a URL is no file")
        .containsExactly("run", "--db", "training.");
  }

  @Test
  void data_sets_are_those_of_the_folder_of_the_data_sets() throws IOException {
    assertThat(shell.completed("registry run -d ari")).containsExactly("run", "-d", "arith");
    Path other = Files.move(directory.resolve("datasets"), directory.resolve("others"));
    assertThat(shell.completed("registry run --datasets others -d ari"))
        .containsExactly("run", "--datasets", other.getFileName().toString(), "-d", "arith");
    assertThat(shell.completed("registry run -d ari")).containsExactly("run", "-d", "ari");
  }

  @Test
  void ids_are_those_of_the_newest_runs() throws IOException {
    Session session = new Session(launcher.home());
    session.registry("run", "--", "sh", "-c", "exit 3");
    String id = session.registry("runs", "--json").out().substring(11, 47);

    assertThat(shell.completed("registry runs show 0")).containsExactly("runs", "show", id);
    assertThat(shell.completed("registry runs logs -f " + id.substring(0, 9)))
        .containsExactly("runs", "logs", "-f", id);

    session.registry("run", "--", "true");
    shell.list("registry runs show ");
    if (kind.describes()) {
      shell.awaitScreen("failed: sh -c 'exit 3'");
      shell.awaitScreen("completed: true");
    } else {
      shell.awaitScreen(id);
    }
  }
}
