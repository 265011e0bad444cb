package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The other tests can only find what the watch on the browser sees. */
class BrowserWatchIT extends BrowserTest {
  private void look() {
    serve("true");
    open("/");
    tab.shows("#runtime", "ready");
    assertThat(tab.complaints()).isEmpty();
  }

  @Test
  void an_error_in_the_console_is_seen() {
    look();
    tab.js("console.error('planted')");

    Tab.eventually(
        () -> assertThat(tab.complaints()).singleElement().asString().contains("planted"));
  }

  @Test
  void an_exception_that_nobody_catches_is_seen() {
    look();
    tab.js("setTimeout(() => { throw new Error('planted'); })");

    Tab.eventually(
        () -> assertThat(tab.complaints()).singleElement().asString().contains("planted"));
  }

  @Test
  void a_violation_of_the_policy_is_seen() {
    look();
    tab.js("document.body.setAttribute('style', 'color: red')");

    Tab.eventually(
        () ->
            assertThat(tab.complaints())
                .singleElement()
                .asString()
                .contains("Content Security Policy"));
  }

  @Test
  void a_defect_of_accessibility_is_seen() {
    look();
    assertThat(tab.accessibilityProblems()).isEmpty();
    tab.js("document.querySelector('main').append(document.createElement('input'))");

    assertThat(tab.accessibilityProblems()).singleElement().asString().startsWith("label: ");
  }
}
