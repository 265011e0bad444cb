package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogsTest {
  private static final String TEXT = "one\ntwo\nthree\n";

  private final TestServer server = TestServer.start();
  private final RunId id = Runs.id();
  private Path log;

  @BeforeEach
  void write(@TempDir Path folder) throws IOException {
    log = Files.writeString(folder.resolve("stdout.log"), TEXT);
    server.logs.put(id + " stdout", log);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String path(String stream) {
    return "/api/tunix/runs/" + id + "/logs/" + stream;
  }

  private HttpResponse<String> range(String range) {
    return server.send(server.request(path("stdout")).header("Range", range).GET());
  }

  @Test
  void the_whole_output_is_plain_text() {
    HttpResponse<String> answer = server.get(path("stdout"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(TEXT);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain;charset=utf-8");
    assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
  }

  @Test
  void output_is_there_while_the_run_goes_on() throws IOException {
    Files.writeString(log, "four\n", StandardOpenOption.APPEND);

    assertThat(server.get(path("stdout")).body()).isEqualTo(TEXT + "four\n");
  }

  @Test
  void what_comes_after_the_limit_of_a_log_is_not_sent() {
    server.logLimit = 8;

    assertThat(server.get(path("stdout")).body()).isEqualTo("one\ntwo\n");
    assertThat(server.get(path("stdout") + "?tail=1").body()).isEqualTo("two\n");
    assertThat(range("bytes=4-").body()).isEqualTo("two\n");
    assertThat(range("bytes=8-").statusCode()).isEqualTo(416);
  }

  @Test
  void output_of_an_unknown_run_is_404_and_says_so() {
    HttpResponse<String> answer = server.get(path("stderr"));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(json(answer).get("detail").textValue()).isEqualTo("No run " + id);
  }

  @Test
  void output_of_a_run_of_another_host_is_404_and_names_the_host() {
    Run running = Runs.running();
    Provenance provenance =
        new Provenance("gpu-7", null, "/home/ada", "0.1.0", null, null, Map.of());
    server.repository.save(running.withProvenance(provenance));
    Run unknownHost = Runs.running();
    server.repository.save(unknownHost.withProvenance(null));

    HttpResponse<String> answer = server.get("/api/tunix/runs/" + running.id() + "/logs/stdout");
    HttpResponse<String> other = server.get("/api/tunix/runs/" + unknownHost.id() + "/logs/stdout");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(json(answer).get("detail").textValue())
        .isEqualTo(
            "This host has no output of run "
                + running.id()
                + ": it ran on gpu-7, or it was deleted");
    assertThat(json(other).get("detail").textValue())
        .isEqualTo("This host has no output of run " + unknownHost.id());
  }

  /** Not: there is none. */
  @Test
  void output_that_is_not_here_is_503_while_the_database_is_away() {
    server.repository.setBroken(true);

    assertThat(server.get(path("stderr")).statusCode()).isEqualTo(503);
    assertThat(server.get(path("stdout")).statusCode()).isEqualTo(200);
  }

  @Test
  void a_file_that_is_gone_is_404_too() throws IOException {
    Files.delete(log);
    server.logs.put(id + " stdout", log);

    assertThat(server.get(path("stdout")).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdin", "STDOUT", "stdout.log", "..%2e"})
  void another_stream_is_404(String stream) {
    assertThat(RawRequest.get(server, path(stream)).statusCode()).isEqualTo(404);
  }

  @Test
  void an_id_that_is_none_is_422() {
    assertThat(server.get("/api/tunix/runs/x/logs/stdout").statusCode()).isEqualTo(422);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-2 | 0-2",
        "bytes=0-0 | 0-0",
        "bytes=4- | 4-13",
        "bytes=-6 | 8-13",
        "bytes=-99 | 0-13",
        "bytes=0-99 | 0-13",
        "bytes=13-13 | 13-13",
      })
  void a_range_is_206_and_says_which(String range, String got) {
    HttpResponse<String> answer = range(range);

    int begin = Integer.parseInt(got.split("-")[0]);
    int last = Integer.parseInt(got.split("-")[1]);
    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.body()).isEqualTo(TEXT.substring(begin, last + 1));
    assertThat(answer.headers().firstValue("Content-Range")).contains("bytes " + got + "/14");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=14-", "bytes=14-20", "bytes=99-", "bytes=-0"})
  void a_range_beyond_the_end_is_416_with_the_size(String range) {
    HttpResponse<String> answer = range(range);

    assertThat(answer.statusCode()).isEqualTo(416);
    assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */14");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=0-1,3-4",
        "lines=0-1",
        "bytes=",
        "bytes=-",
        "bytes=2-1",
        "bytes=a-b",
        "bytes=9999999999999999999999-"
      })
  void a_range_that_is_none_is_passed_over(String range) {
    HttpResponse<String> answer = range(range);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(TEXT);
  }

  @Test
  void a_range_of_a_version_that_we_never_named_is_passed_over() {
    HttpResponse<String> answer =
        server.send(
            server
                .request(path("stdout"))
                .header("Range", "bytes=0-2")
                .header("If-Range", "\"v1\"")
                .GET());

    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, 'three\n'",
    "2, 'two\nthree\n'",
    "3, 'one\ntwo\nthree\n'",
    "1000000, 'one\ntwo\nthree\n'"
  })
  void the_tail_is_the_last_lines(int lines, String tail) {
    assertThat(server.get(path("stdout") + "?tail=" + lines).body()).isEqualTo(tail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "1000001", "", "99999999999999999999"})
  void a_tail_that_cannot_be_is_422(String tail) {
    assertThat(server.get(path("stdout") + "?tail=" + tail).statusCode()).isEqualTo(422);
  }

  @Test
  void a_last_line_without_its_end_counts() throws IOException {
    Files.writeString(log, "four", StandardOpenOption.APPEND);

    assertThat(server.get(path("stdout") + "?tail=2").body()).isEqualTo("three\nfour");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "'\n', 1",
    "one, 1",
    "'one\ntwo', 2",
    "'one\ntwo\n', 2",
  })
  void the_tail_says_how_many_lines_there_are_in_all(String text, String lines) throws IOException {
    Files.writeString(log, text);

    assertThat(server.get(path("stdout") + "?tail=1").headers().firstValue("X-Total-Lines"))
        .contains(lines);
    assertThat(server.get(path("stdout") + "?tail=0").headers().firstValue("X-Total-Lines"))
        .as("only whether there is a log was asked")
        .isEmpty();
  }

  @Test
  void the_lines_of_many_blocks_are_counted_up_to_the_limit_of_the_log() throws IOException {
    Files.writeString(log, "0123456\n".repeat(100_000));
    server.logLimit = 8 * 90_000 + 3;

    assertThat(server.get(path("stdout") + "?tail=1").headers().firstValue("X-Total-Lines"))
        .contains("90001");
  }

  @Test
  void an_empty_output_is_empty() throws IOException {
    Files.writeString(log, "");

    assertThat(server.get(path("stdout")).body()).isEmpty();
    assertThat(server.get(path("stdout") + "?tail=5").body()).isEmpty();
    assertThat(range("bytes=0-").statusCode()).isEqualTo(416);
  }

  @Test
  void the_tail_of_lines_longer_than_any_buffer_is_found() throws IOException {
    String line = "x".repeat(200_000) + "\n";
    Files.writeString(log, line.repeat(3));

    assertThat(server.get(path("stdout") + "?tail=2").body()).isEqualTo(line.repeat(2));
  }

  @Test
  void head_says_how_much_there_is() {
    HttpResponse<String> answer =
        server.send(server.request(path("stdout")).method("HEAD", BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Length")).contains("14");
  }

  @Test
  void bytes_that_are_no_text_come_as_they_are() throws IOException {
    byte[] bytes = {(byte) 0xFF, 0, (byte) 0xC3, '\n'};
    Files.write(log, bytes);

    try (Socket socket = RawRequest.connect(server)) {
      socket.getOutputStream().write(asking("Connection: close\r\n"));
      byte[] answer = socket.getInputStream().readAllBytes();

      String head = new String(answer, StandardCharsets.ISO_8859_1).split("\r\n\r\n", 2)[0];
      assertThat(head).containsIgnoringCase("Content-Length: 4");
      assertThat(Arrays.copyOfRange(answer, head.length() + 4, answer.length)).isEqualTo(bytes);
    }
  }

  private byte[] asking(String header) {
    return ("GET " + path("stdout") + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void ten_gigabytes_take_no_memory() throws IOException {
    long size = 10L << 30;
    try (RandomAccessFile sparse = new RandomAccessFile(log.toFile(), "rw")) {
      sparse.setLength(size);
      sparse.seek(size);
      sparse.write("\nlast\n".getBytes(StandardCharsets.US_ASCII));
    }

    HttpResponse<String> tail = server.get(path("stdout") + "?tail=1");
    assertThat(tail.body()).isEqualTo("last\n");
    assertThat(tail.headers().firstValue("X-Total-Lines")).as("not counted").isEmpty();
    assertThat(range("bytes=-5").body()).isEqualTo("last\n");
    try (Socket socket = RawRequest.connect(server)) {
      socket.getOutputStream().write(asking(""));
      assertThat(socket.getInputStream().readNBytes(64 << 20)).hasSize(64 << 20);
    }
  }

  /** What was seen: 27 s, and then all of it. */
  @Test
  void the_tail_of_a_huge_log_without_a_line_feed_is_bounded_and_says_so() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(log.toFile(), "rw")) {
      sparse.setLength(8L << 30);
    }

    for (int lines : List.of(1, 1_000_000)) {
      HttpResponse<String> tail =
          server.send(
              server
                  .request(path("stdout") + "?tail=" + lines)
                  .method("HEAD", BodyPublishers.noBody()));

      assertThat(tail.headers().firstValue("Content-Length")).contains("16777216");
      assertThat(tail.headers().firstValue("X-Tail-Truncated")).contains("true");
    }
    HttpResponse<String> tail = server.get(path("stdout") + "?tail=1");
    assertThat(tail.body()).hasSize(16 << 20);
    Files.writeString(log, TEXT);
    assertThat(server.get(path("stdout") + "?tail=9").headers().map())
        .doesNotContainKey("x-tail-truncated");
  }

  @Test
  void output_that_the_run_cuts_while_it_is_read_ends_the_answer_short() throws IOException {
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 512L << 20);
    }
    try (Socket socket = RawRequest.connect(server)) {
      socket.getOutputStream().write(asking(""));
      byte[] begun = socket.getInputStream().readNBytes(1 << 20);
      assertThat(new String(begun, 0, 1_000, StandardCharsets.ISO_8859_1))
          .containsIgnoringCase("Content-Length: " + ((512 << 20) + 1));
      Files.writeString(log, "");

      // what the sockets held by then, and the end of the connection without another answer
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan(64 << 20);
    }
    assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
  }
}
