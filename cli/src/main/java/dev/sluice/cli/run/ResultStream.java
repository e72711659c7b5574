package dev.sluice.cli.run;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.FilterOutputStream;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A UTF-8 stream for results that remembers why it could not be written, which a {@link
 * PrintStream} forgets: a full disk is a failure, a reader who has read enough is none. Safe for
 * use by any thread.
 */
public final class ResultStream extends PrintStream {
  private final Target target;
  private final String name;

  /**
   * @param name what messages call it, such as {@code standard output}
   */
  public ResultStream(String name, OutputStream out, boolean autoFlush) {
    this(name, new Target(out), autoFlush);
  }

  private ResultStream(String name, Target target, boolean autoFlush) {
    super(target, autoFlush, StandardCharsets.UTF_8);
    this.name = name;
    this.target = target;
  }

  /** Whether whoever read this has gone, as in {@code … | head}. Flushes. */
  public boolean isAbandoned() {
    return checkError() && target.failure.filter(ResultStream::isBrokenPipe).isPresent();
  }

  /** The failure to tell, if something written is lost though somebody wants it. Flushes. */
  public Optional<UserError> lost() {
    if (!checkError() || isAbandoned()) {
      return Optional.empty();
    }
    String why = target.failure.map(IOException::getMessage).orElse("it is closed");
    UserError error = UserError.of(ErrorCode.SINK_FAILED, "cannot write " + name + ": " + why);
    return Optional.of(target.failure.map(error::causedBy).orElse(error));
  }

  /** A view whose writes fail once this is broken, for those who print without end. */
  Appendable strict() {
    return new Strict();
  }

  private static boolean isBrokenPipe(IOException failure) {
    // the JVM passes on the system's text and no number
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("broken pipe") || text.contains("pipe closed");
  }

  /** The stream beneath, with its first failure. */
  private static final class Target extends FilterOutputStream {
    private volatile Optional<IOException> failure = Optional.empty();

    Target(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw noted(e);
      }
    }

    @Override
    public void write(int single) throws IOException {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw noted(e);
      }
    }

    private IOException noted(IOException e) {
      if (failure.isEmpty()) {
        failure = Optional.of(e);
      }
      return e;
    }
  }

  private final class Strict implements Appendable, Flushable {
    @Override
    public Appendable append(CharSequence text) throws IOException {
      ResultStream.this.append(text);
      return checked();
    }

    @Override
    public Appendable append(CharSequence text, int start, int end) throws IOException {
      ResultStream.this.append(text, start, end);
      return checked();
    }

    @Override
    public Appendable append(char c) throws IOException {
      ResultStream.this.append(c);
      return checked();
    }

    @Override
    public void flush() throws IOException {
      ResultStream.this.flush();
      checked();
    }

    private Appendable checked() throws IOException {
      if (target.failure.isPresent()) {
        throw target.failure.get();
      }
      return this;
    }
  }
}
