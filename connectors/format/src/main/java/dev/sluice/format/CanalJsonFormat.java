package dev.sluice.format;

import dev.sluice.connector.Options;

/**
 * {@code {"data": [row, …], "old": [changed columns, …], "type": "UPDATE"}}; types other than
 * INSERT, UPDATE and DELETE change no rows and are stepped over.
 */
public final class CanalJsonFormat extends CdcFormat {
  public CanalJsonFormat() {
    super("canal-json");
  }

  @Override
  CdcDecoder.Layout layout(Options options) {
    return CdcDecoder.Layout.CANAL;
  }

  @Override
  CdcEncoder.Frame frame(boolean adds) {
    return new CdcEncoder.Frame(
        "{\"data\":[", "],\"type\":\"" + (adds ? "INSERT" : "DELETE") + "\"}");
  }
}
