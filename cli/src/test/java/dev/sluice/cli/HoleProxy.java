package dev.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a database; after some statements one goes nowhere, and with it all that is said on
 * its connection from then on, in both directions, as if a cable had been pulled: neither side
 * hears that the other has gone.
 */
final class HoleProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int port;
  private final String word;
  private final AtomicInteger left;

  /**
   * @param port of the database on this machine
   * @param word what the statement has in it
   * @param through how many of them get through
   */
  HoleProxy(int port, String word, int through) throws IOException {
    this.port = port;
    this.word = word;
    left = new AtomicInteger(through);
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Whether a statement has gone nowhere. */
  boolean hasSwallowed() {
    return left.get() < 0;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "hole-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Line line = new Line(server.accept(), new Socket(InetAddress.getLoopbackAddress(), port));
        daemon(() -> line.pump(line.client, line.database, true));
        daemon(() -> line.pump(line.database, line.client, false));
      }
    } catch (IOException e) {
      close();
    }
  }

  /** One connection. */
  private final class Line {
    final Socket client;
    final Socket database;
    private volatile boolean hole;

    Line(Socket client, Socket database) {
      this.client = client;
      this.database = database;
    }

    void pump(Socket from, Socket to, boolean toDatabase) {
      byte[] buffer = new byte[1 << 16];
      try {
        for (int n = read(from, buffer); n >= 0; n = read(from, buffer)) {
          String text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
          if (toDatabase && text.contains(word) && left.getAndDecrement() == 0) {
            hole = true;
          }
          if (!hole) {
            to.getOutputStream().write(buffer, 0, n);
            to.getOutputStream().flush();
          }
        }
        if (!hole) {
          from.close();
          to.close();
        }
      } catch (IOException e) {
        // one side has gone; the other learns of it unless this is a hole
        if (!hole) {
          closeBoth();
        }
      }
    }

    private int read(Socket from, byte[] buffer) throws IOException {
      return from.getInputStream().read(buffer);
    }

    private void closeBoth() {
      try (client;
          database) {
        hole = false;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
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
