package dev.sluice.format;

import dev.sluice.connector.MalformedRecord;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.OptionSpec.Role;
import dev.sluice.connector.OptionSpec.Type;
import dev.sluice.connector.Options;
import dev.sluice.connector.RowDecoder;
import dev.sluice.connector.RowEncoder;
import dev.sluice.connector.RowFormat;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Comma-separated values after RFC 4180, with other delimiters and quotes on request.
 *
 * <p>NULL: a field that is empty and not in quotes is NULL, except in a VARCHAR column if {@code
 * csv.null-literal} is given, where it is the empty text; a field that equals the null literal and
 * is not in quotes is NULL. A field in quotes is never NULL: {@code ""} is the empty text. The
 * writer follows, so that what is written reads back the same. Stateless; safe for use by any
 * thread.
 */
public final class CsvFormat implements RowFormat {
  public static final OptionSpec HEADER =
      OptionSpec.of(
              "csv.header",
              Type.BOOLEAN,
              "Whether the first line of a file names the columns; their order is then free.",
              "false")
          .withDefault("true");
  static final OptionSpec DELIMITER =
      OptionSpec.of(
              "csv.delimiter", Type.STRING, "One character between fields; \\t is a tab.", ";")
          .withDefault(",");
  static final OptionSpec FIELD_DELIMITER =
      OptionSpec.of("csv.field-delimiter", Type.STRING, "Flink's name of csv.delimiter.", ";");
  static final OptionSpec QUOTE =
      OptionSpec.of("csv.quote", Type.STRING, "The quote character.", "'").withDefault("\"");
  static final OptionSpec QUOTE_CHARACTER =
      OptionSpec.of("csv.quote-character", Type.STRING, "Flink's name of csv.quote.", "'");
  static final OptionSpec NULL_LITERAL =
      OptionSpec.of("csv.null-literal", Type.STRING, "The text that stands for NULL.", "NA");
  static final OptionSpec IGNORE_ERRORS =
      OptionSpec.of(
              "csv.ignore-parse-errors",
              Type.BOOLEAN,
              "Not supported: use 'on-error' = 'drop'.",
              "false")
          .only(Role.SOURCE);

  @Override
  public String name() {
    return "csv";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        HEADER, DELIMITER, FIELD_DELIMITER, QUOTE, QUOTE_CHARACTER, NULL_LITERAL, IGNORE_ERRORS);
  }

  /** What the bytes of a table look like. */
  public record Dialect(byte delimiter, byte quote, Optional<String> nullLiteral) {
    /** The dialect that {@code options} name. */
    public static Dialect of(Options options) {
      return new Dialect(
          single(options, FIELD_DELIMITER, DELIMITER),
          single(options, QUOTE_CHARACTER, QUOTE),
          options.find(NULL_LITERAL));
    }

    private static byte single(Options options, OptionSpec alias, OptionSpec spec) {
      OptionSpec given = options.has(alias) ? alias : spec;
      String text = options.string(given);
      String one = text.equals("\\t") ? "\t" : text;
      if (one.length() != 1 || one.charAt(0) > 127 || one.equals("\n") || one.equals("\r")) {
        throw UserError.of(
                ErrorCode.OPTION_VALUE, "option '" + given.key() + "' cannot take '" + text + "'")
            .withHint("it takes one ASCII character such as '" + given.example() + "', or \\t");
      }
      return (byte) one.charAt(0);
    }
  }

  @Override
  public void validate(Schema schema, Options options) {
    JsonFormat.refuseIgnoringErrors(options, IGNORE_ERRORS);
    Dialect dialect = Dialect.of(options);
    if (dialect.delimiter() == dialect.quote()) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE, "options 'csv.delimiter' and 'csv.quote' are the same character");
    }
    for (Field field : schema.fields()) {
      if (field.type().kind().isNested()) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED_TYPE,
                "csv cannot carry column '"
                    + field.name()
                    + "' of type "
                    + field.type().withNullable(true))
            .withHint("use 'format' = 'json', or declare the column as STRING");
      }
    }
  }

  @Override
  public RowDecoder decoder(
      Schema record, Schema wanted, Options options, BufferAllocator allocator) {
    return new CsvDecoder(record, wanted, Dialect.of(options), allocator);
  }

  @Override
  public RowEncoder encoder(Schema schema, Options options) {
    return new CsvEncoder(schema, Dialect.of(options), options.bool(HEADER));
  }

  /** The texts of the fields of one record, for header lines. */
  public static List<String> fields(byte[] b, int from, int to, Dialect dialect)
      throws MalformedRecord {
    return CsvDecoder.texts(b, from, to, dialect);
  }
}
