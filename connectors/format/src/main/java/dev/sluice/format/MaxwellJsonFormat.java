package dev.sluice.format;

import dev.sluice.connector.Options;

/**
 * {@code {"data": row, "old": changed columns, "type": "update"}}; types that change no rows (table
 * and database definitions) are stepped over, rows of a bootstrap are inserts.
 */
public final class MaxwellJsonFormat extends CdcFormat {
  public MaxwellJsonFormat() {
    super("maxwell-json");
  }

  @Override
  CdcDecoder.Layout layout(Options options) {
    return CdcDecoder.Layout.MAXWELL;
  }

  @Override
  CdcEncoder.Frame frame(boolean adds) {
    return new CdcEncoder.Frame(
        "{\"data\":", ",\"type\":\"" + (adds ? "insert" : "delete") + "\"}");
  }
}
