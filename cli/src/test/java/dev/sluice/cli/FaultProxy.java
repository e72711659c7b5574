package dev.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a database and cuts connections where it hurts: when a COMMIT is on its way, before
 * the server has it, or after, before the client has the answer.
 */
final class FaultProxy implements AutoCloseable {
  private static final int GRACE = 24;

  /** How a COMMIT goes wrong. */
  private enum Cut {
    NONE,
    BEFORE,
    AFTER,
    SLOW
  }

  private final ServerSocket server;
  private final int port;
  private final Random random;
  private final AtomicInteger left;
  private final AtomicInteger cuts = new AtomicInteger();
  private int seen;

  /**
   * @param port of the database on this machine
   * @param most connections that are cut
   */
  FaultProxy(int port, int most, long seed) throws IOException {
    this.port = port;
    this.random = new Random(seed);
    this.left = new AtomicInteger(most);
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Connections cut so far. */
  int cuts() {
    return cuts.get();
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket client = server.accept();
        Socket database = new Socket(InetAddress.getLoopbackAddress(), port);
        daemon(() -> toDatabase(client, database));
        daemon(() -> toClient(client, database));
      }
    } catch (IOException e) {
      close();
    }
  }

  /** A run that cannot begin is refused, not tried again: its first commits get through. */
  private synchronized Cut draw() {
    if (seen++ < GRACE || random.nextInt(3) != 0 || left.getAndDecrement() <= 0) {
      return Cut.NONE;
    }
    cuts.incrementAndGet();
    return Cut.values()[1 + random.nextInt(3)];
  }

  private void toDatabase(Socket client, Socket database) {
    byte[] buffer = new byte[1 << 16];
    try (client;
        database) {
      InputStream in = client.getInputStream();
      OutputStream out = database.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        boolean commit = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("COMMIT");
        Cut cut = commit ? draw() : Cut.NONE;
        if (cut == Cut.BEFORE) {
          return;
        }
        if (cut == Cut.SLOW) {
          Thread.sleep(300);
        }
        if (cut == Cut.AFTER) {
          // nobody hears the answer
          client.shutdownInput();
          client.setSoLinger(true, 0);
          client.close();
        }
        out.write(buffer, 0, n);
        out.flush();
        if (cut == Cut.AFTER) {
          // the server works on it; then its connection goes, too
          Thread.sleep(20 + random.nextInt(200));
          return;
        }
      }
    } catch (IOException e) {
      // one side has gone: so does the other
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** PostgreSQL answers by name, where MariaDB's answer is only a number. */
  private void toClient(Socket client, Socket database) {
    byte[] buffer = new byte[1 << 16];
    try (client;
        database) {
      InputStream in = database.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        boolean commit = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("COMMIT");
        if (commit && draw() != Cut.NONE) {
          return;
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // one side has gone: so does the other
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
