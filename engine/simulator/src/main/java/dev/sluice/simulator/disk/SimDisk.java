package dev.sluice.simulator.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A disk as strict as POSIX lets it be: bytes outlive a power failure once the file is forced,
 * names once the folder they are in is forced; what is not forced may survive, in part. Programs
 * use it through {@link java.nio.file.Files}. Single-threaded.
 */
public final class SimDisk extends FileSystem {
  private final SimProvider provider = new SimProvider(this);
  private final SimNode.Folder root = new SimNode.Folder();
  private DiskWatch watch = (call, path, effect) -> {};

  /** Who sees the calls from now on. */
  public void watch(DiskWatch next) {
    watch = next;
  }

  void pass(String call, Path path, boolean effect) throws IOException {
    watch.pass(call, path.toString(), effect);
  }

  /** The machine fails: what was not forced may be gone. */
  public void losePower(Random random) {
    root.losePower(random);
  }

  /** The process is gone: its locks are, too. */
  public void loseProcess() {
    root.unlock();
  }

  /** Everything there is now outlives whatever comes. */
  public void forceAll() {
    root.forceAll();
  }

  SimNode.Folder folder(Path path) throws IOException {
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      return root;
    }
    SimNode node = find(parent);
    if (node instanceof SimNode.Folder folder) {
      return folder;
    }
    throw new NoSuchFileException(path.toString());
  }

  SimNode find(Path path) throws IOException {
    SimNode at = root;
    for (Path name : path.toAbsolutePath().normalize()) {
      SimNode next = at instanceof SimNode.Folder folder ? folder.names.get(name.toString()) : null;
      if (next == null) {
        throw new NoSuchFileException(path.toString());
      }
      at = next;
    }
    return at;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new SimPath(this, Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher plain = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> plain.matches(Path.of(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
