package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser, against a real server on SQLite that starts real processes. Whatever
 * a test does, the console has to stay clean: an error or a violation of the policy fails it.
 */
abstract class BrowserTest {
  /** The script of local runs that wait until the test says {@link #go}. */
  static final String WAITING = "echo begun; while [ ! -e $GO ]; do sleep 0.05; done; echo ended";

  @TempDir Path folder;
  RealServer server;
  Tab tab;
  private final List<Tab> tabs = new ArrayList<>();
  private boolean refusalsExpected;

  @BeforeEach
  void lookForABrowser() {
    Browser.driver();
  }

  /** Starts the server; local runs are that shell script. */
  final void serve(String script, UnaryOperator<ServerConfig.Builder> settings) {
    String waiting = "GO='" + folder.resolve("go") + "'; ";
    server =
        new RealServer(
            RealDatabase.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            builder ->
                settings.apply(
                    withPatience(script, RealServer.running(waiting + script), builder)));
  }

  /** A run that waits for the test must not reach its time limit on a loaded machine. */
  private static ServerConfig.Builder withPatience(
      String script, UnaryOperator<ServerConfig.Builder> running, ServerConfig.Builder builder) {
    ServerConfig.Builder configured = running.apply(builder);
    return script.equals(WAITING) ? configured.localRunTimeout(Duration.ofMinutes(10)) : configured;
  }

  final void serve(String script) {
    serve(script, settings -> settings);
  }

  /** Lets the runs that wait come to their end. */
  final void go() {
    try {
      Files.writeString(folder.resolve("go"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a tab, at first with nothing in it. */
  final Tab newTab() {
    return newTab(server.port());
  }

  final Tab newTab(int port) {
    tab = new Tab(port);
    tabs.add(tab);
    return tab;
  }

  final void open(String path) {
    newTab().open(path);
  }

  /** The browser itself notes each answer that is an error; here they are what is tested. */
  final void expectRefusals() {
    refusalsExpected = true;
  }

  final void fillIn(String dataset, String model) {
    tab.fill("#dataset_key", dataset);
    tab.fill("#model_id", model);
  }

  final void pressDryRun() {
    tab.click("#panel button[value=dry-run]");
  }

  final void pressRun() {
    tab.shows("#runtime", "ready");
    tab.click("#panel button[value=local]");
  }

  /** Waits until the database has one run that is running; the journal has it earlier. */
  final void awaitRecordOfARunningRun() {
    Tab.eventually(
        () ->
            assertThat(TestClient.json(server.get("/api/tunix/runs?status=running")).get("data"))
                .hasSize(1));
  }

  /** The history as soon as it is there. */
  final void openHistory(String query) {
    open("/?history=open" + query);
    Tab.eventually(() -> assertThat(tab.all("#runs tbody tr")).isNotEmpty());
  }

  @AfterEach
  void closeAll() {
    try {
      if (tab != null) {
        assertThat(tab.complaints().stream().filter(line -> !isExpected(line)))
            .as("the console of the browser")
            .isEmpty();
      }
    } finally {
      tabs.forEach(Tab::close);
      go();
      if (server != null) {
        server.close();
      }
    }
  }

  private boolean isExpected(String line) {
    return refusalsExpected && line.contains("/api/") && line.contains("Failed to load resource");
  }
}
