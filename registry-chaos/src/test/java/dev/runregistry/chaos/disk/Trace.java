package dev.runregistry.chaos.disk;

import dev.runregistry.chaos.disk.Operation.What;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every call by which processes changed what is below a root, in the order in which the calls were
 * done: what {@code strace} wrote down, one file for each thread.
 */
final class Trace {
  /** Calls that change what is on a disk, or make sure of it. */
  private static final String CALLS =
      "?open,openat,?creat,write,pwrite64,ftruncate,?truncate,?rename,?renameat,renameat2,"
          + "?mkdir,mkdirat,?unlink,unlinkat,?rmdir,?link,linkat,fsync,fdatasync";

  private static final Pattern CALL =
      Pattern.compile("(\\d+\\.\\d+) (\\w+)\\((.*)\\) = (\\d+)(?:<[^>]*>)? <(\\d+\\.\\d+)>");
  private static final Pattern STRING = Pattern.compile("\"([\\\\x0-9a-f]*)\"");
  private static final Pattern DESCRIPTOR = Pattern.compile("^\\d+<([\\\\x0-9a-f]*)>");

  private final Path root;
  private final Disk disk;
  private final List<Operation> operations = new ArrayList<>();

  private Trace(Path root, Disk before) {
    this.root = root;
    disk = before.copy();
  }

  /** The command that writes down what the rest of it does, in files that begin like this. */
  static List<String> tracer(Path files) {
    return List.of(
        "strace",
        "-ff",
        "--seccomp-bpf",
        "-qqq",
        "-y",
        "-xx",
        "-s",
        "10000000",
        "-ttt",
        "-T",
        "-e",
        "signal=none",
        "-e",
        "trace=" + CALLS,
        "-o",
        files.toString());
  }

  /**
   * Reads what was written down.
   *
   * @param folder with nothing but files of {@link #tracer}
   * @param before what was there at first
   */
  static List<Operation> read(Path folder, Path root, Disk before) throws IOException {
    List<Call> calls = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
          lines.map(Call::of).flatMap(Optional::stream).forEach(calls::add);
        }
      }
    }
    calls.sort(Comparator.comparingDouble(Call::end));
    Trace trace = new Trace(root, before);
    calls.forEach(trace::add);
    return trace.operations;
  }

  /** A call that was no error. */
  private record Call(double start, double end, String name, String arguments, int result) {
    static Optional<Call> of(String line) {
      Matcher call = CALL.matcher(line);
      if (!call.matches()) {
        return Optional.empty();
      }
      double start = Double.parseDouble(call.group(1));
      return Optional.of(
          new Call(
              start,
              start + Double.parseDouble(call.group(5)),
              call.group(2),
              call.group(3),
              Integer.parseInt(call.group(4))));
    }

    /** The strings among its arguments. */
    List<byte[]> strings() {
      return STRING.matcher(arguments).results().map(found -> bytes(found.group(1))).toList();
    }

    /** The file of the descriptor that is its first argument. */
    Optional<Path> file() {
      Matcher descriptor = DESCRIPTOR.matcher(arguments);
      return descriptor.find() ? Optional.of(path(bytes(descriptor.group(1)))) : Optional.empty();
    }

    int lastNumber() {
      return Integer.parseInt(arguments.substring(arguments.lastIndexOf(' ') + 1));
    }
  }

  private static byte[] bytes(String hexadecimal) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 2; i < hexadecimal.length(); i += 4) {
      bytes.write(Integer.parseInt(hexadecimal.substring(i, i + 2), 16));
    }
    return bytes.toByteArray();
  }

  private static Path path(byte[] name) {
    return Path.of(new String(name, StandardCharsets.UTF_8));
  }

  private void add(Call call) {
    switch (call.name) {
      case "open", "openat", "creat" -> open(call, path(call.strings().get(0)));
      case "mkdir", "mkdirat" -> create(call, What.CREATE_FOLDER, path(call.strings().get(0)));
      case "unlink", "unlinkat", "rmdir" -> remove(call, path(call.strings().get(0)));
      case "link", "linkat" -> link(call, path(call.strings().get(0)), path(call.strings().get(1)));
      case "rename", "renameat", "renameat2" ->
          rename(call, path(call.strings().get(0)), path(call.strings().get(1)));
      case "write" ->
          call.file().flatMap(this::node).ifPresent(node -> write(call, node, disk.length(node)));
      case "pwrite64" ->
          call.file().flatMap(this::node).ifPresent(node -> write(call, node, call.lastNumber()));
      case "ftruncate" -> call.file().ifPresent(file -> cut(call, file, call.lastNumber()));
      case "fsync", "fdatasync" ->
          call.file()
              .flatMap(this::node)
              .ifPresent(node -> add(call, What.SYNC, node, 0, new byte[0], call.file().get()));
      default -> throw new IllegalArgumentException(call.name);
    }
  }

  /** Nothing outside of the root. */
  private Optional<Integer> node(Path path) {
    return path.startsWith(root) ? disk.find(root.relativize(path)) : Optional.empty();
  }

  private void open(Call call, Path path) {
    if (!path.startsWith(root)) {
      return;
    }
    if (node(path).isEmpty() && call.arguments.contains("O_CREAT")) {
      create(call, What.CREATE_FILE, path);
    } else if (call.arguments.contains("O_TRUNC")) {
      cut(call, path, 0);
    }
  }

  private void create(Call call, What what, Path path) {
    name(call, what, path, disk.newNode());
  }

  /** Another name of a file. */
  private void link(Call call, Path file, Path path) {
    node(file).ifPresent(node -> name(call, What.CREATE_FILE, path, node));
  }

  private void name(Call call, What what, Path path, int node) {
    node(path.getParent())
        .ifPresent(
            folder ->
                add(
                    new Operation(
                        what,
                        folder,
                        name(path),
                        0,
                        "",
                        node,
                        0,
                        new byte[0],
                        call.start,
                        call.end,
                        shown(path))));
  }

  private void remove(Call call, Path path) {
    node(path)
        .ifPresent(
            node ->
                add(
                    new Operation(
                        What.REMOVE,
                        node(path.getParent()).orElseThrow(),
                        name(path),
                        0,
                        "",
                        node,
                        0,
                        new byte[0],
                        call.start,
                        call.end,
                        shown(path))));
  }

  private void rename(Call call, Path from, Path to) {
    node(from)
        .ifPresent(
            node ->
                add(
                    new Operation(
                        What.RENAME,
                        node(from.getParent()).orElseThrow(),
                        name(from),
                        node(to.getParent()).orElseThrow(),
                        name(to),
                        node,
                        0,
                        new byte[0],
                        call.start,
                        call.end,
                        shown(to))));
  }

  private void write(Call call, int node, int offset) {
    byte[] bytes = Arrays.copyOf(call.strings().get(0), call.result);
    add(call, What.WRITE, node, offset, bytes, call.file().orElseThrow());
  }

  private void cut(Call call, Path file, int length) {
    node(file)
        .filter(node -> disk.length(node) != length)
        .ifPresent(node -> add(call, What.CUT, node, length, new byte[0], file));
  }

  private void add(Call call, What what, int node, int offset, byte[] bytes, Path path) {
    add(new Operation(what, 0, "", 0, "", node, offset, bytes, call.start, call.end, shown(path)));
  }

  private void add(Operation operation) {
    disk.apply(operation);
    operations.add(operation);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Without what differs from run to run. */
  private String shown(Path path) {
    return root.relativize(path)
        .toString()
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID");
  }
}
