package dev.sluice.connector.file;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A local file for Parquet, read straight into the buffers that Parquet asks to fill. */
record ChannelInput(Path file) implements InputFile {
  @Override
  public long getLength() throws IOException {
    return java.nio.file.Files.size(file);
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return new Stream(FileChannel.open(file, StandardOpenOption.READ));
  }

  @Override
  public String toString() {
    return "'" + file + "'";
  }

  private static final class Stream extends DelegatingSeekableInputStream {
    private final FileChannel channel;

    Stream(FileChannel channel) {
      super(Channels.newInputStream(channel));
      this.channel = channel;
    }

    @Override
    public long getPos() throws IOException {
      return channel.position();
    }

    @Override
    public void seek(long position) throws IOException {
      channel.position(position);
    }
  }
}
