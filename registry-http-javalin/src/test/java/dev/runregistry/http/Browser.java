package dev.runregistry.http;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * One headless Chromium for all tests; it ends with the JVM. Nothing is downloaded: browser and
 * driver are those of the system. Without them the tests are skipped, and fail where {@code
 * RUN_REGISTRY_BROWSER} is {@code required}, as it is in the CI.
 */
final class Browser {
  private static final String HOW_TO_GET_IT =
      "no browser to look with; to get one on Debian or Ubuntu:"
          + " apt-get install --no-install-recommends chromium chromium-driver";
  private static final List<String> BROWSERS = List.of("chromium", "chromium-browser");

  /**
   * Chromium without anything that only a window needs, where Debian puts it: a quarter less time.
   * Not the script in the path that starts it as a child, which would outlive the driver.
   */
  private static final Path SHELL = Path.of("/usr/lib/chromium/chromium-headless-shell");

  private Browser() {}

  /** Starts when it is first used, and only then. */
  private static final class Holder {
    static final ChromeDriver DRIVER = start();
  }

  static ChromeDriver driver() {
    if (browser().isEmpty() || program(List.of("chromedriver")).isEmpty()) {
      if ("required".equals(System.getenv("RUN_REGISTRY_BROWSER"))) {
        throw new AssertionError(HOW_TO_GET_IT);
      }
      Assumptions.abort(HOW_TO_GET_IT);
    }
    return Holder.DRIVER;
  }

  private static Optional<Path> browser() {
    return Files.isExecutable(SHELL) ? Optional.of(SHELL) : program(BROWSERS);
  }

  private static Optional<Path> program(List<String> names) {
    return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
        .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static ChromeDriver start() {
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program(List.of("chromedriver")).orElseThrow().toFile())
            .usingAnyFreePort()
            .build();
    ChromeDriver driver = new ChromeDriver(service, options());
    Runtime.getRuntime().addShutdownHook(new Thread(driver::quit));
    return driver;
  }

  private static ChromeOptions options() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser().orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage", // small in containers
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--hide-scrollbars");
    if (System.getProperty("user.name").equals("root")) {
      options.addArguments("--no-sandbox"); // which does not work for root
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    options.setExperimentalOption("prefs", Map.of("intl.accept_languages", "en-GB"));
    return options;
  }
}
