package dev.sluice.simulator.disk;

import java.io.IOException;
import java.nio.file.Path;

/** A folder opened to be forced. Single-threaded. */
final class FolderChannel extends SimChannel {
  private final SimDisk disk;
  private final Path path;
  private final SimNode.Folder folder;

  FolderChannel(SimDisk disk, Path path, SimNode.Folder folder) {
    super(disk, path, new SimNode.File(), false, 0);
    this.disk = disk;
    this.path = path;
    this.folder = folder;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.pass("force-folder", path, true);
    folder.force();
  }
}
