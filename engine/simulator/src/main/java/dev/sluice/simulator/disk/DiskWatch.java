package dev.sluice.simulator.disk;

import java.io.IOException;

/** Sees every call that reaches the disk, before it has an effect. */
public interface DiskWatch {
  /**
   * @param effect whether the call changes anything
   * @throws IOException if the call shall fail
   */
  void pass(String call, String path, boolean effect) throws IOException;
}
