package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.Random;

/** Many connections at once by one thread, each a little further at a time. */
final class FuzzedConnections {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int KEPT = 64 * 1024; // of an answer

  private final InetSocketAddress server;
  private final Selector selector;

  FuzzedConnections(int port) throws IOException {
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    selector = Selector.open();
  }

  /** How a client ends the connection. */
  enum End {
    /** Reads until the server closes it. */
    READ_ALL,
    /** Closes it without a good-bye. */
    RESET,
    CLOSE,
    /** Says that it sends no more, and reads until the server closes it. */
    HALF_CLOSE
  }

  /**
   * What a client does.
   *
   * @param bytes the request
   * @param sent how many bytes of it are sent
   * @param read after how many bytes of the answer the client hangs up
   * @param end how it ends, once that is sent or read
   * @param slowSteps for so many steps it sends and reads a few bytes only
   * @param seed of the sizes of its steps
   * @param head whether the answer has no body
   * @param what for messages
   */
  record Plan(
      byte[] bytes,
      int sent,
      int read,
      End end,
      int slowSteps,
      long seed,
      boolean head,
      String what) {}

  /** Connects. */
  void open(Plan plan) throws IOException {
    SocketChannel channel = SocketChannel.open();
    if (plan.slowSteps() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024);
    }
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(server);
    channel.configureBlocking(false);
    Client client = new Client(channel, plan);
    channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, client);
  }

  /** Takes all further until no more than so many are open. */
  void carryOn(int atMost) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (selector.keys().size() > atMost) {
      selector.select(PATIENCE.toMillis());
      for (Iterator<SelectionKey> ready = selector.selectedKeys().iterator(); ready.hasNext(); ) {
        SelectionKey key = ready.next();
        ready.remove();
        Client client = (Client) key.attachment();
        if (client.isOverAfterStep(key)) {
          key.cancel();
          client.channel.close();
          client.requireProperAnswers();
        }
      }
      selector.selectNow(); // forgets those that are over
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("still open: " + selector.keys().iterator().next().attachment());
      }
    }
  }

  private static final class Client {
    private final SocketChannel channel;
    private final Plan plan;
    private final Random random;
    private final ByteBuffer toSend;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private int slowSteps;
    private int read;
    private boolean saidEnd;

    Client(SocketChannel channel, Plan plan) {
      this.channel = channel;
      this.plan = plan;
      random = new Random(plan.seed());
      toSend = ByteBuffer.wrap(plan.bytes(), 0, plan.sent());
      slowSteps = plan.slowSteps();
    }

    boolean isOverAfterStep(SelectionKey key) throws IOException {
      slowSteps--;
      int most = slowSteps > 0 ? 1 + random.nextInt(30) : 64 * 1024;
      try {
        return toSend.hasRemaining() && key.isWritable() ? send(key, most) : receive(most);
      } catch (IOException e) { // the server has closed it
        return true;
      }
    }

    private boolean send(SelectionKey key, int most) throws IOException {
      int end = toSend.limit();
      toSend.limit(Math.min(end, toSend.position() + most));
      boolean closed = false;
      try {
        channel.write(toSend);
      } catch (IOException e) { // what it has answered before is to be read
        closed = true;
      }
      toSend.limit(end);
      toSend.position(closed ? end : toSend.position());
      if (!toSend.hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ);
        return plan.read() == Integer.MAX_VALUE && hangUp();
      }
      return false;
    }

    /** Returns whether nothing is to be read. */
    private boolean hangUp() throws IOException {
      switch (plan.end()) {
        case RESET -> channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        case HALF_CLOSE -> {
          if (!saidEnd) {
            channel.shutdownOutput();
            saidEnd = true;
          }
        }
        case CLOSE, READ_ALL -> {}
      }
      return plan.end() == End.RESET || plan.end() == End.CLOSE;
    }

    private boolean receive(int most) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(Math.min(most, 64 * 1024));
      int n = channel.read(buffer);
      if (n > 0 && answer.size() < KEPT) {
        answer.write(buffer.array(), 0, n);
      }
      read += Math.max(n, 0);
      return n < 0 || (read >= plan.read() && hangUp());
    }

    /** As far as they have come. */
    void requireProperAnswers() {
      String text = answer.toString(StandardCharsets.ISO_8859_1);
      int from = 0;
      for (int end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n", from)) {
        String head = text.substring(from, end).toLowerCase(Locale.ROOT) + "\r\n";
        assertThat(head).as(plan.what()).matches("(?s)http/1\\.[01] \\d{3}\\b.*");
        int status = Integer.parseInt(head.substring(9, 12));
        if (status >= 500) {
          assertThat(status + ": " + text.substring(from)).as(plan.what()).startsWith("503: ");
          assertThat(head).as(plan.what()).contains("\r\nretry-after: ");
        }
        int length = head.indexOf("\r\ncontent-length: ");
        if (status >= 200 && (length < 0 || plan.head())) {
          return;
        }
        from = end + 4;
        if (status >= 200) {
          String value = head.substring(length + 18, head.indexOf("\r\n", length + 18));
          from = (int) Math.min(text.length(), from + Long.parseLong(value));
        }
      }
    }

    @Override
    public String toString() {
      return plan.what();
    }
  }
}
