package dev.sluice.simulator.disk;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * A path of the simulated disk: the text of an ordinary one.
 *
 * @param plain the same path on the machine's own file system; never opened
 */
record SimPath(SimDisk disk, Path plain) implements Path {
  private SimPath of(Path other) {
    return new SimPath(disk, other);
  }

  private static Path plain(Path other) {
    return other instanceof SimPath sim ? sim.plain : other;
  }

  private SimPath orNull(Path other) {
    return other == null ? null : of(other);
  }

  @Override
  public FileSystem getFileSystem() {
    return disk;
  }

  @Override
  public boolean isAbsolute() {
    return plain.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return orNull(plain.getRoot());
  }

  @Override
  public Path getFileName() {
    return orNull(plain.getFileName());
  }

  @Override
  public Path getParent() {
    return orNull(plain.getParent());
  }

  @Override
  public int getNameCount() {
    return plain.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return of(plain.getName(index));
  }

  @Override
  public Path subpath(int from, int to) {
    return of(plain.subpath(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return plain.startsWith(plain(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return plain.endsWith(plain(other));
  }

  @Override
  public Path normalize() {
    return of(plain.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return of(plain.resolve(plain(other)));
  }

  @Override
  public Path relativize(Path other) {
    return of(plain.relativize(plain(other)));
  }

  @Override
  public URI toUri() {
    return URI.create("sim://" + toAbsolutePath());
  }

  @Override
  public Path toAbsolutePath() {
    return plain.isAbsolute() ? this : of(Path.of("/").resolve(plain));
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return plain.compareTo(plain(other));
  }

  @Override
  public String toString() {
    return plain.toString();
  }
}
