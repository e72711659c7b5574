package dev.sluice.connector.file;

import dev.sluice.connector.ScanRequest;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * What Parquet files look like from outside: their columns and row groups. Stateless; any thread.
 */
final class ParquetFiles {
  private ParquetFiles() {}

  /** Refuses, without any I/O, columns that this connector does not carry in Parquet. */
  static void validate(Schema schema) {
    for (Field field : schema.fields()) {
      if (field.type().kind() == Kind.NULL) {
        throw UserError.of(
            ErrorCode.UNSUPPORTED_TYPE,
            "parquet cannot carry column '" + field.name() + "' of type NULL");
      }
    }
  }

  /** Refuses a file that lacks declared columns or has them in types that do not fit. */
  static void check(Path file, FileTable table, ParquetFooters footers) throws IOException {
    requested(file, footers.of(file).getFileMetaData().getSchema(), table.physical());
  }

  /** The file's columns that hold those of {@code wanted}, in that order. */
  static List<Type> requested(Path file, MessageType schema, Schema wanted) {
    List<Type> types = new ArrayList<>();
    List<String> names = schema.getFields().stream().map(Type::getName).toList();
    for (Field field : wanted.fields()) {
      Type found = find(schema, field.name());
      if (found == null) {
        throw UserError.of(
                ErrorCode.TARGET_SCHEMA, "'" + file + "' has no column '" + field.name() + "'")
            .withDetail("The file has: " + String.join(", ", names) + ".")
            .withHint(
                DidYouMean.hint(field.name(), names, "declare the columns that the file has"));
      }
      if (!ParquetNested.fits(found, field.type())) {
        throw UserError.of(
                ErrorCode.TARGET_SCHEMA,
                "column '"
                    + field.name()
                    + "' is declared "
                    + field.type().withNullable(true)
                    + " but is '"
                    + found.toString().replaceAll("\\s+", " ")
                    + "' in '"
                    + file
                    + "'")
            .withHint("declare the column with the type that the file has and CAST in the query");
      }
      types.add(found);
    }
    return types;
  }

  private static Type find(MessageType schema, String name) {
    Type inexact = null;
    for (Type type : schema.getFields()) {
      if (type.getName().equals(name)) {
        return type;
      }
      if (inexact == null && type.getName().equalsIgnoreCase(name)) {
        inexact = type;
      }
    }
    return inexact;
  }

  static boolean fits(PrimitiveType file, DataType declared) {
    PrimitiveTypeName physical = file.getPrimitiveTypeName();
    LogicalTypeAnnotation logical = file.getLogicalTypeAnnotation();
    boolean int32 = physical == PrimitiveTypeName.INT32;
    boolean int64 = physical == PrimitiveTypeName.INT64;
    boolean bytes =
        physical == PrimitiveTypeName.BINARY || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    return switch (declared.kind()) {
      case BOOLEAN -> physical == PrimitiveTypeName.BOOLEAN;
      case TINYINT -> integerBits(file) <= 8;
      case SMALLINT -> integerBits(file) <= 16;
      case INTEGER -> integerBits(file) <= 32;
      case BIGINT -> integerBits(file) <= 64;
      case INTERVAL_MONTH -> int32 && logical == null;
      case INTERVAL_DAY -> int64 && logical == null;
      case FLOAT -> physical == PrimitiveTypeName.FLOAT;
      case DOUBLE -> physical == PrimitiveTypeName.DOUBLE || physical == PrimitiveTypeName.FLOAT;
      case DECIMAL ->
          logical instanceof DecimalLogicalTypeAnnotation d
              && d.getScale() == declared.scale()
              && d.getPrecision() <= declared.precision();
      case VARCHAR ->
          physical == PrimitiveTypeName.BINARY
              && !(logical instanceof DecimalLogicalTypeAnnotation);
      case VARBINARY -> bytes && !(logical instanceof DecimalLogicalTypeAnnotation);
      case DATE -> int32 && logical instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation;
      case TIME -> logical instanceof TimeLogicalTypeAnnotation;
      case TIMESTAMP, TIMESTAMP_LTZ ->
          physical == PrimitiveTypeName.INT96 || logical instanceof TimestampLogicalTypeAnnotation;
      default -> false;
    };
  }

  /** Bits of a signed type that holds every value; 1000 if the column holds no integers. */
  private static int integerBits(PrimitiveType file) {
    boolean int32 = file.getPrimitiveTypeName() == PrimitiveTypeName.INT32;
    if (!int32 && file.getPrimitiveTypeName() != PrimitiveTypeName.INT64) {
      return 1000;
    }
    LogicalTypeAnnotation logical = file.getLogicalTypeAnnotation();
    if (logical == null) {
      return int32 ? 32 : 64;
    }
    if (!(logical instanceof IntLogicalTypeAnnotation integer)) {
      return 1000;
    }
    return integer.isSigned() ? integer.getBitWidth() : integer.getBitWidth() + 1;
  }

  /** The row groups that may hold rows which pass the request's filter, in order. */
  static List<Integer> rowGroups(Path file, ScanRequest request, ParquetFooters footers)
      throws IOException {
    List<BlockMetaData> all = footers.of(file).getBlocks();
    List<Integer> groups = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      RowGroupFilter filter = new RowGroupFilter(all.get(i), request);
      if (all.get(i).getRowCount() > 0 && request.filter().map(filter::mayMatch).orElse(true)) {
        groups.add(i);
      }
    }
    return groups;
  }
}
