package dev.sluice.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Listens on this machine and talks to whoever connects as a test says; remembers all it was told.
 * Clients may come from any thread.
 */
final class FakeServer implements AutoCloseable {
  /** One conversation; it ends when this returns or fails. */
  interface Talk {
    void with(Socket client, InputStream in, OutputStream out) throws IOException;
  }

  private final ServerSocket server;
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

  FakeServer(Talk talk) throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(() -> accept(talk));
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "fake-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(Talk talk) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        daemon(() -> talk(talk, client));
      } catch (IOException e) {
        close();
      }
    }
  }

  private void talk(Talk talk, Socket client) {
    try (client) {
      talk.with(client, new Heard(client.getInputStream()), client.getOutputStream());
    } catch (IOException e) {
      synchronized (heard) {
        heard.writeBytes(("\n(" + e + ")\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /** What clients have said so far, a byte a character. */
  String heard() {
    synchronized (heard) {
      return heard.toString(StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A packet of MariaDB's protocol. */
  static void mysqlPacket(OutputStream out, int sequence, byte[] payload) throws IOException {
    int n = payload.length;
    out.write(new byte[] {(byte) n, (byte) (n >> 8), (byte) (n >> 16), (byte) sequence});
    out.write(payload);
    out.flush();
  }

  /** The next packet of MariaDB's protocol, without its head; empty at the end. */
  static byte[] mysqlRead(InputStream in) throws IOException {
    byte[] head = in.readNBytes(4);
    if (head.length < 4) {
      return new byte[0];
    }
    return in.readNBytes((head[0] & 0xff) | (head[1] & 0xff) << 8 | (head[2] & 0xff) << 16);
  }

  /** How a MariaDB server greets. */
  static byte[] mysqlGreeting(boolean tls) {
    ByteArrayOutputStream hello = new ByteArrayOutputStream();
    hello.write(10);
    hello.writeBytes("11.4.5-MariaDB\0".getBytes(StandardCharsets.US_ASCII));
    hello.writeBytes(new byte[] {1, 0, 0, 0});
    hello.writeBytes("abcdefgh\0".getBytes(StandardCharsets.US_ASCII));
    // of its abilities: protocol 4.1, secure connections, authentication by plugins, local files
    int low = 0x0001 | 0x0004 | 0x0008 | 0x0080 | 0x0200 | 0x2000 | 0x8000 | (tls ? 0x0800 : 0);
    int high = 0x0008 | 0x0001 | 0x0002;
    hello.writeBytes(new byte[] {(byte) low, (byte) (low >> 8), 45, 2, 0, (byte) high, 0, 21});
    hello.writeBytes(new byte[10]);
    hello.writeBytes("ijklmnopqrst\0".getBytes(StandardCharsets.US_ASCII));
    hello.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
    return hello.toByteArray();
  }

  private final class Heard extends InputStream {
    private final InputStream in;

    Heard(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      synchronized (heard) {
        if (read >= 0) {
          heard.write(read);
        }
      }
      return read;
    }

    @Override
    public int read(byte[] b, int from, int length) throws IOException {
      int read = in.read(b, from, length);
      synchronized (heard) {
        heard.write(b, from, Math.max(0, read));
      }
      return read;
    }
  }
}
