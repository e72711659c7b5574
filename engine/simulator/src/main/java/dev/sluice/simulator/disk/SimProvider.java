package dev.sluice.simulator.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@link java.nio.file.Files} calls. Single-threaded. */
final class SimProvider extends FileSystemProvider {
  private final SimDisk disk;

  SimProvider(SimDisk disk) {
    this.disk = disk;
  }

  @Override
  public String getScheme() {
    return "sim";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return disk;
  }

  @Override
  public Path getPath(URI uri) {
    return disk.getPath(uri.getPath());
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean write =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    boolean create = options.contains(StandardOpenOption.CREATE);
    boolean createNew = options.contains(StandardOpenOption.CREATE_NEW);
    disk.pass(write ? "open-write" : "open-read", path, create || createNew);
    SimNode.Folder folder = disk.folder(path);
    String name = name(path);
    SimNode node = name.isEmpty() ? folder : folder.names.get(name);
    if (node != null && createNew) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (node == null) {
      if (!create && !createNew) {
        throw new NoSuchFileException(path.toString());
      }
      node = new SimNode.File();
      folder.put(name, node);
    }
    if (node instanceof SimNode.File file) {
      if (options.contains(StandardOpenOption.TRUNCATE_EXISTING) && write) {
        file.size = 0;
        file.touched();
      }
      boolean append = options.contains(StandardOpenOption.APPEND);
      return new SimChannel(disk, path, file, write, append ? file.size : 0);
    }
    return new FolderChannel(disk, path, (SimNode.Folder) node);
  }

  private static String name(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "" : name.toString();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    disk.pass("list", path, false);
    if (!(disk.find(path) instanceof SimNode.Folder folder)) {
      throw new NotDirectoryException(path.toString());
    }
    List<Path> found = new ArrayList<>();
    for (String name : folder.names.keySet()) {
      Path entry = path.resolve(name);
      if (filter.accept(entry)) {
        found.add(entry);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return found.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    disk.pass("mkdir", path, true);
    SimNode.Folder parent = disk.folder(path);
    if (name(path).isEmpty() || parent.names.containsKey(name(path))) {
      throw new FileAlreadyExistsException(path.toString());
    }
    parent.put(name(path), new SimNode.Folder());
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.pass("delete", path, true);
    SimNode node = disk.find(path);
    if (node instanceof SimNode.Folder folder && !folder.names.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    disk.folder(path).remove(name(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    disk.pass("link", link, true);
    SimNode node = disk.find(existing);
    SimNode.Folder folder = disk.folder(link);
    if (folder.names.containsKey(name(link))) {
      throw new FileAlreadyExistsException(link.toString());
    }
    folder.put(name(link), node);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    disk.pass("rename", target, true);
    SimNode node = disk.find(source);
    SimNode.Folder from = disk.folder(source);
    SimNode.Folder to = disk.folder(target);
    boolean replaces =
        List.of(options).contains(StandardCopyOption.ATOMIC_MOVE)
            || List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
    if (to.names.containsKey(name(target)) && !replaces) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (from == to) {
      from.rename(name(source), name(target));
    } else {
      to.put(name(target), node);
      from.remove(name(source));
    }
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return disk.find(path) == disk.find(other);
  }

  @Override
  public boolean isHidden(Path path) {
    return name(path).startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    disk.find(path);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return type.cast(new Attributes(disk.find(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {}

  private record Attributes(SimNode node) implements BasicFileAttributes {
    @Override
    public FileTime lastModifiedTime() {
      return FileTime.fromMillis(0);
    }

    @Override
    public FileTime lastAccessTime() {
      return FileTime.fromMillis(0);
    }

    @Override
    public FileTime creationTime() {
      return FileTime.fromMillis(0);
    }

    @Override
    public boolean isRegularFile() {
      return node instanceof SimNode.File;
    }

    @Override
    public boolean isDirectory() {
      return node instanceof SimNode.Folder;
    }

    @Override
    public boolean isSymbolicLink() {
      return false;
    }

    @Override
    public boolean isOther() {
      return false;
    }

    @Override
    public long size() {
      return node instanceof SimNode.File file ? file.size : 0;
    }

    @Override
    public Object fileKey() {
      return null;
    }
  }
}
