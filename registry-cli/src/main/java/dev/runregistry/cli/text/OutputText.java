package dev.runregistry.cli.text;

import dev.runregistry.executor.process.ProcessLogs;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a run for people: the head that is recorded, how much more there is and where, and
 * the end of it where this host has the log file. Progress bars are shown in their last state.
 */
public final class OutputText {
  private static final int LINES = 50;
  private static final Pattern NOTICE =
      Pattern.compile("\\[output truncated: kept the first (\\d+) of (\\d+) bytes\\]\\n\\z");
  private static final Logger log = LoggerFactory.getLogger(OutputText.class);

  private final FileRunJournal home;
  private final List<String> options;

  /**
   * Creates it for the log files in a home.
   *
   * @param options those that a command needs to find the same run, with their values
   */
  public OutputText(FileRunJournal home, List<String> options) {
    this.home = home;
    this.options = List.copyOf(options);
  }

  /** Returns where this host has the files of a run. */
  public RunFiles files(RunId id) {
    return RunFiles.of(home, id);
  }

  /** Returns both streams, each after a blank line and its name; an empty one is left out. */
  public String of(Run run) {
    return of(run, LogStream.STDOUT, run.output().stdout().text())
        + of(run, LogStream.STDERR, run.output().stderr().text());
  }

  private String of(Run run, LogStream stream, String recorded) {
    StringBuilder text = new StringBuilder();
    Matcher notice = NOTICE.matcher(recorded);
    long kept = 0;
    if (!recorded.isEmpty()) {
      text.append('\n').append(stream.text()).append(":\n");
      for (String line : recorded.split("\n", 0)) { // not lines(), which also ends them at a CR
        text.append(TerminalText.lastState(line)).append('\n');
      }
      if (!notice.find()) {
        return text.toString();
      }
      kept = Long.parseLong(notice.group(1));
      text.append(
          "%d more bytes: %s\n"
              .formatted(Long.parseLong(notice.group(2)) - kept, command(run, stream)));
    } else if (run.status().isFinal()) {
      return "";
    }
    tail(run.id(), stream, kept)
        .ifPresent(tail -> text.append(titled(tail, stream, recorded.isEmpty())));
    return text.toString();
  }

  private static String titled(LogTail tail, LogStream stream, boolean alone) {
    StringBuilder text = new StringBuilder("\n");
    text.append("%s, the last %d lines".formatted(stream.text(), tail.lines().size()));
    text.append(alone ? " so far" : "").append(", from this host's log file:\n");
    tail.lines().forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private Optional<LogTail> tail(RunId id, LogStream stream, long from) {
    Optional<ProcessLogs> logs = home.workspace(id).map(ProcessLogs::in);
    Optional<Path> file = logs.flatMap(known -> known.file(stream));
    try {
      return file.isEmpty()
          ? Optional.empty()
          : LogTail.of(file.get(), from, logs.get().maxBytes(), LINES);
    } catch (IOException e) { // it has just moved or been pruned; what is recorded is shown
      log.debug("the log {} cannot be read", file, e);
      return Optional.empty();
    }
  }

  private String command(Run run, LogStream stream) {
    StringBuilder command = new StringBuilder("registry runs logs ");
    command.append("--").append(stream.text()).append(' ').append(run.id());
    if (!options.isEmpty()) {
      command.append(' ').append(CommandLineFormat.of(options));
    }
    if (home.workspace(run.id()).flatMap(each -> ProcessLogs.in(each).file(stream)).isEmpty()) {
      command.append(
          run.provenance() == null
              ? " (on the host of the run)"
              : " (on host " + TerminalText.line(run.provenance().host()) + ")");
    }
    return command.toString();
  }
}
