package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.http.RegistryServer;
import dev.runregistry.http.ServerConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunJournal;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Holds the two that write runs as the contract wants them against each other: {@code --json} of
 * the command line and the server. They share no code, because nothing of the server may be on the
 * class path of {@code run}, nothing that writes JSON in the core, and no adapter sees another.
 */
class SameJsonTest {
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final RegistryServer server =
      RegistryServer.create(
              RunRegistry.builder()
                  .repository(repository)
                  .journal(new InMemoryRunJournal())
                  .executor(ScriptedRunExecutor.endingWith(Runs.exited(0)))
                  .catalog(new InMemoryDatasetCatalog())
                  .ids(Runs::id)
                  .build(),
              ServerConfig.builder().port(0).build())
          .start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static List<Run> runs() {
    List<Run> runs = new ArrayList<>(Runs.ofEveryKind());
    for (long micros : new long[] {0, 1, 999, 1_000_000, 59_999_999, 86_400_000_000_001L}) {
      Run running = Runs.running();
      Duration took = Duration.ofNanos(micros * 1_000);
      runs.add(running.finish(Runs.exited(0), running.startedAt().plus(took)));
    }
    String odd = "a\nb\r\"\\\t\b\f/<>&'\u001B\u007F\u2028\u00FC\uFFFD\uD83D\uDE42";
    runs.add(Runs.ended(Runs.running(), new RunOutcome.Exited(1, Runs.output(odd, odd))));
    return runs;
  }

  private String get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body()
        .replace("\\uD83D\\uDE42", "\uD83D\uDE42") // two ways to write the same character
        .replace("\u007F", "\\u007F") // the command line escapes what a terminal acts on
        .replace("\u2028", "\\u2028");
  }

  @Test
  void a_run_is_the_same_document_from_the_command_line_and_from_the_server() throws Exception {
    for (Run run : runs()) {
      repository.save(run);

      String contract = get("/api/tunix/runs/" + run.id());
      String open = contract.substring(0, contract.length() - 1);
      assertThat(JsonLine.of(run)).startsWith(open + ",\"provenance\":"); // the command line's own
    }
  }

  @Test
  void an_item_of_a_list_is_the_same_from_the_command_line_and_from_the_server() throws Exception {
    List<Run> runs = runs();
    runs.forEach(repository::save);

    String page = get("/api/tunix/runs?limit=100");

    assertThat(runs)
        .isNotEmpty()
        .allSatisfy(run -> assertThat(page).contains(JsonLine.of(RunSummary.of(run))));
  }
}
