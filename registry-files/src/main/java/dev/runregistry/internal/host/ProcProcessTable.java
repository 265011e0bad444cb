package dev.runregistry.internal.host;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.files.RegularFiles;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The process table of Linux. Reads one line of each process of the host, and the environment only
 * of those that are young enough.
 */
final class ProcProcessTable implements ProcessTable {
  private static final File PROC = new File("/proc");
  private static final int MILLIS_PER_TICK = 10; // USER_HZ, independent of the kernel's own tick
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int STAT_BYTES = 512; // a name of 64 and 50 numbers; what follows is unused

  @Override
  public Optional<Entry> find(long pid) {
    return read(Long.toString(pid), 0);
  }

  @Override
  public List<Entry> since(long startTime) {
    List<Entry> found = new ArrayList<>();
    for (String name : patiently(() -> Optional.ofNullable(PROC.list()))) {
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
    String pid = Long.toString(process.identity().pid());
    return patiently(() -> tryToFind(wanted, pid));
  }

  /** Returns empty if it cannot be read at this moment. */
  private static Optional<Boolean> tryToFind(byte[] wanted, String pid) {
    try (FileInputStream in = new FileInputStream("/proc/" + pid + "/environ")) {
      return Optional.of(contains(in.readAllBytes(), wanted));
    } catch (FileNotFoundException e) { // it has ended, is another user's, or too many are open
      return isWorthAnotherTry(pid, "environ") ? Optional.empty() : Optional.of(false);
    } catch (IOException e) {
      return Optional.of(false); // it has ended
    }
  }

  @Override
  public void signal(Collection<Entry> processes, String signal) {
    SignalSender.send(this, processes, signal);
  }

  /** Returns the time since the boot, like start times; suspended time is part of both. */
  private static Duration uptime() {
    try {
      byte[] line = RegularFiles.read(Path.of("/proc/uptime"), STAT_BYTES);
      String seconds = new String(line, StandardCharsets.US_ASCII).split(" ", 2)[0];
      return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // /proc always has it
    }
  }

  private static Optional<Entry> read(String pid, long startTime) {
    Optional<Optional<Entry>> found = tryToRead(pid, startTime);
    return found.isPresent() ? found.get() : patiently(() -> tryToRead(pid, startTime));
  }

  /** Returns empty if it cannot be read at this moment. */
  private static Optional<Optional<Entry>> tryToRead(String pid, long startTime) {
    byte[] line = new byte[STAT_BYTES];
    try (FileInputStream in = new FileInputStream("/proc/" + pid + "/stat")) {
      int length = in.read(line);
      return Optional.of(length <= 0 ? Optional.empty() : ProcStat.parse(line, length, startTime));
    } catch (FileNotFoundException e) { // it has ended, or too many files are open
      return isWorthAnotherTry(pid, "stat") ? Optional.empty() : Optional.of(Optional.empty());
    } catch (IOException e) {
      return Optional.of(Optional.empty()); // it has ended
    }
  }

  /**
   * Returns whether a file that could not be opened may be opened later: if it can be opened by
   * now, or if no other file can either. The environment of kernel threads, for example, can never
   * be opened.
   */
  private static boolean isWorthAnotherTry(String pid, String name) {
    Path file = PROC.toPath().resolve(pid).resolve(name);
    for (int i = 0; i < 2; i++) {
      try (FileChannel now = RegularFiles.open(file)) {
        return now.isOpen();
      } catch (NoSuchFileException | AccessDeniedException e) {
        return false;
      } catch (IOException e) {
        if (!canOpenAnything()) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean canOpenAnything() {
    try (FileInputStream any = new FileInputStream("/proc/self/stat")) {
      return any.getFD().valid();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Retries while too many files are open: a process that cannot be read has not ended.
   *
   * @throws UncheckedIOException if that does not help
   */
  private static <T> T patiently(Supplier<Optional<T>> look) {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    Backoff pause = new Backoff(Duration.ofMillis(200));
    Optional<T> found = look.get();
    while (found.isEmpty()) {
      if (System.nanoTime() > giveUp) {
        throw new UncheckedIOException(new IOException("/proc cannot be read"));
      }
      pause.sleep();
      found = look.get();
    }
    return found.get();
  }

  /** Returns whether the text, with a zero byte before and after it, contains the wanted bytes. */
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
