package dev.runregistry.datasets;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lists the directory of datasets. A directory with a manifest is one, valid or not. */
final class DatasetDirectoryListing {
  /** The maximum size of a page's manifests: about a second of reading and parsing. */
  static final long MAX_BYTES = Manifest.MAX_BYTES;

  private final Path folder;

  DatasetDirectoryListing(Path folder) {
    this.folder = folder;
  }

  /** Returns the page, in two steps: its names, then their manifests. */
  DatasetPage list(String after, int limit) {
    DatasetPage.requireLimit(limit);
    NavigableMap<String, Path> manifests = manifests(after, limit + 1);
    boolean hasNext = manifests.size() > limit;
    if (hasNext) {
      manifests.pollLastEntry();
    }
    return new DatasetPage(entries(manifests), hasNext);
  }

  /** Returns the manifests of the first keys after that text, in any order of the directory. */
  private NavigableMap<String, Path> manifests(String after, int most) {
    NavigableMap<String, Path> first = new TreeMap<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
      for (Path dataset : names) {
        String key = String.valueOf(dataset.getFileName());
        boolean wanted =
            key.compareTo(after) > 0
                && (first.size() < most || key.compareTo(first.lastKey()) < 0)
                && isLegal(key);
        Path manifest = dataset.resolve("manifest.json");
        if (wanted && Files.isRegularFile(manifest)) { // checked only for candidates of the page
          first.put(key, manifest);
        }
        if (first.size() > most) {
          first.pollLastEntry();
        }
      }
    } catch (NoSuchFileException e) {
      return new TreeMap<>(); // the directory need not exist yet
    } catch (IOException | DirectoryIteratorException e) {
      throw new DatasetException(
          "The datasets cannot be listed", "the datasets directory cannot be read");
    }
    return first;
  }

  private static boolean isLegal(String name) {
    try {
      return !new DatasetKey(name).value().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<DatasetEntry> entries(Map<String, Path> manifests) {
    List<DatasetEntry> entries = new ArrayList<>();
    long left = MAX_BYTES;
    for (var named : manifests.entrySet()) {
      DatasetKey key = new DatasetKey(named.getKey());
      long size = size(named.getValue()).orElse(Long.MAX_VALUE);
      Long traces = size <= left ? traceCount(key, named.getValue()) : null;
      left -= size <= left ? size : 0;
      entries.add(new DatasetEntry(key, traces));
    }
    return entries;
  }

  private static Optional<Long> size(Path manifest) {
    try {
      return Optional.of(Files.size(manifest));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static @Nullable Long traceCount(DatasetKey key, Path manifest) {
    try {
      return Manifest.read(key, manifest).traceCount();
    } catch (DatasetException e) {
      return null;
    }
  }
}
