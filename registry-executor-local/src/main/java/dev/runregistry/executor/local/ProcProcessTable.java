package dev.runregistry.executor.local;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Linux. Of the many processes of a host only one line each is read, and of those that are young
 * enough, the environment.
 */
final class ProcProcessTable implements ProcessTable {
  private static final File PROC = new File("/proc");
  private static final int MILLIS_PER_TICK = 10; // USER_HZ, whatever the kernel itself counts in
  private static final int STAT_BYTES = 512; // a name of 64 and 50 numbers; what follows is unused

  private final AtomicLong unreadable = new AtomicLong();

  @Override
  public Optional<Entry> find(long pid) {
    return read(Long.toString(pid), 0);
  }

  @Override
  public List<Entry> since(long startTime) {
    List<Entry> found = new ArrayList<>();
    String[] names = PROC.list();
    if (names == null) {
      unreadable.incrementAndGet();
    }
    for (String name : names == null ? new String[0] : names) {
      if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
        read(name, startTime).ifPresent(found::add);
      }
    }
    return found;
  }

  @Override
  public Duration age(ProcessIdentity process) {
    return uptime().minusMillis(process.startTime() * MILLIS_PER_TICK);
  }

  @Override
  public boolean hasInEnvironment(Entry process, String nameAndValue) {
    byte[] wanted = ("\0" + nameAndValue + "\0").getBytes(StandardCharsets.UTF_8);
    try (FileInputStream in =
        new FileInputStream("/proc/" + process.identity().pid() + "/environ")) {
      return contains(in.readAllBytes(), wanted);
    } catch (IOException e) {
      noteIfUnreadable();
      return false; // it has ended, or is another user's
    }
  }

  /**
   * Counts the failure if this process cannot even read about itself: for want of a descriptor,
   * say. Else the other process has ended, or is another user's.
   */
  private void noteIfUnreadable() {
    try (FileInputStream in = new FileInputStream("/proc/self/stat")) {
      in.read();
    } catch (IOException e) {
      unreadable.incrementAndGet();
    }
  }

  @Override
  public long unreadable() {
    return unreadable.get();
  }

  @Override
  public void signal(Collection<Entry> processes, ProcessSignal signal) {
    Signals.send(this, processes, signal);
  }

  /** Since the boot, like start times; suspended time is part of both. */
  private static Duration uptime() {
    try {
      String seconds = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
      return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is no /proc without it
    }
  }

  private Optional<Entry> read(String pid, long startTime) {
    byte[] line = new byte[STAT_BYTES];
    try (FileInputStream in = new FileInputStream("/proc/" + pid + "/stat")) {
      int length = in.read(line);
      return length <= 0 ? Optional.empty() : StatLine.parse(line, length, startTime);
    } catch (IOException e) {
      noteIfUnreadable();
      return Optional.empty(); // it has ended
    }
  }

  /** Whether the text, with a zero byte put before and after it, has the wanted bytes. */
  private static boolean contains(byte[] text, byte[] wanted) {
    int inner = wanted.length - 2;
    for (int from = 0; from + inner <= text.length; from++) {
      boolean begins = from == 0 || text[from - 1] == 0;
      boolean ends = from + inner == text.length || text[from + inner] == 0;
      if (begins && ends && Arrays.equals(text, from, from + inner, wanted, 1, 1 + inner)) {
        return true;
      }
    }
    return false;
  }
}
