package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.providers.EmbeddedResourceAxeProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Collectors;
import javax.naming.OperationNotSupportedException;
import org.awaitility.core.ThrowingRunnable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NotFoundException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** A tab of the browser, with a session storage of its own; looks at the pages of one server. */
final class Tab {
  static final int WIDE = 1280;
  static final int PHONE = 390;
  private static final int HEIGHT = 900;
  private static final String LOOPBACK = "http://127.0.0.1:";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ChromeDriver driver = Browser.driver();
  private final String server;
  private final String window;

  Tab(int port) {
    server = LOOPBACK + port;
    driver.switchTo().newWindow(WindowType.TAB);
    window = driver.getWindowHandle();
    width(WIDE);
    dark(false);
    command("Emulation.setLocaleOverride", Map.of("locale", "en-GB"));
    command("Emulation.setTimezoneOverride", Map.of("timezoneId", "Asia/Tokyo")); // UTC+9
  }

  void open(String path) {
    driver.get(server + path);
  }

  /** Makes it possible to hold back the lists of runs; takes effect with the next page. */
  void interceptLists() {
    command(
        "Page.addScriptToEvaluateOnNewDocument",
        Map.of(
            "source",
            "const real = fetch; window.fetch = async (...all) => {"
                + " const answer = await real(...all);"
                + " if (window.held && String(all[0]).includes('/runs?')) {"
                + " window.heldBack = true; await window.held; }"
                + " return answer; }"));
  }

  /** From now on the page gets no list of runs, although the server has answered. */
  void holdLists() {
    js("heldBack = false; held = new Promise((resolve) => (window.release = resolve))");
  }

  void awaitHeldList() {
    eventually(() -> assertThat(js("return window.heldBack")).isEqualTo(true));
  }

  void releaseLists() {
    js("window.release(); window.held = null");
  }

  String address() {
    return String.valueOf(driver.getCurrentUrl()).substring(server.length());
  }

  ChromeDriver driver() {
    return driver;
  }

  /** Makes it the one that the next calls are about. */
  void toFront() {
    driver.switchTo().window(window);
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  /** What each of them shows. */
  List<String> texts(String css) {
    return all(css).stream().map(WebElement::getText).toList();
  }

  /** What it shows; waits until it shows anything. */
  String text(String css) {
    eventually(() -> assertThat(find(css).getText()).as(css).isNotBlank());
    return find(css).getText();
  }

  void shows(String css, String part) {
    eventually(() -> assertThat(find(css).getText()).as(css).contains(part));
  }

  boolean isShown(String css) {
    return all(css).stream().anyMatch(WebElement::isDisplayed);
  }

  void click(String css) {
    find(css).click();
  }

  /** Puts that text in the place of what is there, as a person would. */
  void fill(String css, String text) {
    find(css).sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.BACK_SPACE, text);
  }

  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  Object js(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  Map<String, Object> command(String name, Map<String, Object> parameters) {
    return driver.executeCdpCommand(name, parameters);
  }

  void width(int pixels) {
    size(pixels, HEIGHT);
  }

  void size(int width, int height) {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
  }

  void dark(boolean on) {
    media("prefers-color-scheme", on ? "dark" : "light");
  }

  void media(String feature, String value) {
    command(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", feature, "value", value))));
  }

  /** Waits until it holds; for what the page does when it is ready. */
  static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(PATIENCE)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsMatching(
            e -> e instanceof NotFoundException || e instanceof StaleElementReferenceException)
        .untilAsserted(assertion);
  }

  /** How far the page is wider than the window. */
  long overflow() {
    return (Long) js("return document.documentElement.scrollWidth - innerWidth");
  }

  /** What axe finds wrong, in the words of axe. */
  List<?> accessibilityProblems() {
    try {
      js(new EmbeddedResourceAxeProvider().getScript());
    } catch (IOException | OperationNotSupportedException e) {
      throw new IllegalStateException(e);
    }
    return (List<?>)
        driver.executeAsyncScript(
            """
            const done = arguments[0];
            axe.run({resultTypes: ["violations"]}).then(({violations}) => done(violations.flatMap(
                ({id, nodes}) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))));
            """);
  }

  /** Takes a picture of the whole page, for people to look at: target/screenshots. */
  void picture(String name) {
    picture(name, true);
  }

  /** Takes a picture of what is in the window. */
  void view(String name) {
    picture(name, false);
  }

  private void picture(String name, boolean whole) {
    Map<String, Object> taken =
        command("Page.captureScreenshot", Map.of("captureBeyondViewport", whole));
    try {
      Path folder = Files.createDirectories(Path.of("target", "screenshots"));
      Files.write(
          folder.resolve(name + ".png"), Base64.getDecoder().decode((String) taken.get("data")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What the console has of the pages of its server, worse than a remark, since it was last read.
   */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .filter(line -> !line.startsWith(LOOPBACK) || line.startsWith(server + "/"))
        .collect(Collectors.toList());
  }

  void close() {
    toFront();
    driver.close();
    driver.switchTo().window(driver.getWindowHandles().iterator().next());
  }
}
