package dev.sluice.operator;

/**
 * Where a host keeps bytes that an operator does not hold in memory: on local disk, gone with the
 * run. Single-threaded.
 */
public interface SpillStore extends AutoCloseable {
  /**
   * Puts the first {@code length} bytes away; gives their address.
   *
   * @throws dev.sluice.error.UserError if the disk does not take them
   */
  long write(byte[] bytes, int length);

  /** Reads what {@link #write} took at {@code address}. */
  void read(long address, byte[] into, int length);

  /** What lies at {@code address} is not needed any more. */
  void free(long address, int length);

  /** Bytes put away and not freed. */
  long size();

  /** An operator with no more state than this has nothing to gain from putting it away. */
  long leastInMemory();

  /** The most bytes of state that one key group may take when it is brought back. */
  long mostInMemory();

  /** How many bytes to gather before they are written. */
  int pageBytes();

  /** Removes everything; idempotent. */
  @Override
  void close();
}
