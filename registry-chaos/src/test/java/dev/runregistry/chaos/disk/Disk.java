package dev.runregistry.chaos.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Files and folders below a root, as operations have left them. */
final class Disk {
  static final int ROOT = 1;

  private final Map<Integer, TreeMap<String, Integer>> folders = new HashMap<>();
  private final Map<Integer, byte[]> files = new HashMap<>();
  private int next = ROOT + 1;

  Disk() {
    folders.put(ROOT, new TreeMap<>());
  }

  /** What is below a real folder. */
  static Disk of(Path folder) throws IOException {
    Disk disk = new Disk();
    disk.read(folder, ROOT);
    return disk;
  }

  private void read(Path folder, int into) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.sorted().toList()) {
        int node = newNode();
        folders.get(into).put(String.valueOf(path.getFileName()), node);
        if (Files.isDirectory(path)) {
          folders.put(node, new TreeMap<>());
          read(path, node);
        } else {
          files.put(node, Files.readAllBytes(path));
        }
      }
    }
  }

  Disk copy() {
    Disk copy = new Disk();
    folders.forEach((node, names) -> copy.folders.put(node, new TreeMap<>(names)));
    copy.files.putAll(files); // never changed in place
    copy.next = next;
    return copy;
  }

  int newNode() {
    return next++;
  }

  /** The file or folder at that path below the root; empty if there is none. */
  Optional<Integer> find(Path relative) {
    Optional<Integer> node = Optional.of(ROOT);
    for (Path name : relative) {
      node =
          name.toString().isEmpty()
              ? node
              : node.map(folders::get).map(names -> names.get(name.toString()));
    }
    return node;
  }

  int length(int file) {
    return files.get(file).length;
  }

  void apply(Operation operation) {
    switch (operation.what()) {
      case CREATE_FILE -> {
        files.putIfAbsent(operation.node(), new byte[0]);
        names(operation.folder()).put(operation.name(), operation.node());
      }
      case CREATE_FOLDER -> {
        names(operation.node());
        names(operation.folder()).put(operation.name(), operation.node());
      }
      case RENAME -> {
        names(operation.folder()).remove(operation.name(), operation.node());
        names(operation.toFolder()).put(operation.toName(), operation.node());
      }
      case REMOVE -> names(operation.folder()).remove(operation.name(), operation.node());
      case WRITE ->
          files.put(
              operation.node(),
              written(files.getOrDefault(operation.node(), new byte[0]), operation));
      case CUT ->
          files.merge(
              operation.node(),
              new byte[operation.offset()],
              (before, none) -> Arrays.copyOf(before, operation.offset()));
      case SYNC -> {}
    }
  }

  private static byte[] written(byte[] before, Operation write) {
    int end = write.offset() + write.bytes().length;
    byte[] after = Arrays.copyOf(before, Math.max(before.length, end));
    System.arraycopy(write.bytes(), 0, after, write.offset(), write.bytes().length);
    return after;
  }

  private TreeMap<String, Integer> names(int folder) {
    return folders.computeIfAbsent(folder, none -> new TreeMap<>());
  }

  /** All that can be reached, as text that is equal for equal disks. */
  String state() {
    StringBuilder all = new StringBuilder();
    tell(ROOT, "", all);
    return all.toString();
  }

  private void tell(int folder, String path, StringBuilder all) {
    folders
        .get(folder)
        .forEach(
            (name, node) -> {
              all.append(path).append('/').append(name);
              if (folders.containsKey(node)) {
                all.append("/\n");
                tell(node, path + "/" + name, all);
              } else {
                byte[] bytes = files.getOrDefault(node, new byte[0]);
                all.append(' ').append(bytes.length).append(' ');
                all.append(Arrays.hashCode(bytes)).append('\n');
              }
            });
  }

  /** Makes it real below that folder; files that exist only as names are empty. */
  void write(Path folder, UnaryOperator<byte[]> change) {
    write(ROOT, folder, change);
  }

  private void write(int node, Path folder, UnaryOperator<byte[]> change) {
    folders
        .get(node)
        .forEach(
            (name, below) -> {
              Path path = folder.resolve(name);
              try {
                if (folders.containsKey(below)) {
                  Files.createDirectory(path);
                  write(below, path, change);
                } else {
                  Files.write(path, change.apply(files.getOrDefault(below, new byte[0])));
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }
}
