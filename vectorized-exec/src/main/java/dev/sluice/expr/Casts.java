package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.expr.Value.Form;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import java.util.Optional;

/** Java expressions that convert a value that is not null to another type. */
final class Casts {
  private static final String DAY = "TimeFunctions.DAY";

  private final Code code;
  private final String zone;

  Casts(Code code, String zone) {
    this.code = code;
    this.zone = zone;
  }

  String convert(String v, DataType from, DataType to) {
    return switch (to.kind()) {
      case BOOLEAN -> toTruth(v, from, to);
      case TINYINT, SMALLINT, INTEGER, BIGINT -> range(toLong(v, from, to), from, to);
      case FLOAT -> "((double) (float) " + number(v, from, Form.DOUBLE, to) + ")";
      case DOUBLE -> number(v, from, Form.DOUBLE, to);
      case DECIMAL -> decimal(number(v, from, Form.DECIMAL, to), to);
      case VARCHAR -> toText(v, from, to);
      case VARBINARY -> {
        if (Form.of(from) != Form.TEXT) {
          throw refuse(from, to);
        }
        yield v;
      }
      case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> toTime(v, from, to);
      default -> {
        if (from.kind() != to.kind() && from.kind() != Kind.NULL) {
          throw refuse(from, to);
        }
        yield v;
      }
    };
  }

  static String decimal(String v, DataType to) {
    return "Conversions.decimal(" + v + ", " + to.precision() + ", " + to.scale() + ")";
  }

  /** Checks an integer against its type. */
  static String range(String v, DataType from, DataType to) {
    boolean wider = !from.kind().isInteger() || from.kind().compareTo(to.kind()) > 0;
    return switch (wider ? to.kind() : Kind.BIGINT) {
      case TINYINT -> "Conversions.range(" + v + ", 127L)";
      case SMALLINT -> "Conversions.range(" + v + ", 32767L)";
      case INTEGER -> "Conversions.range(" + v + ", 2147483647L)";
      default -> v;
    };
  }

  private static UserError refuse(DataType from, DataType to) {
    UserError error =
        UserError.of(
            ErrorCode.UNSUPPORTED,
            "a cast from "
                + from.withNullable(true)
                + " to "
                + to.withNullable(true)
                + " is not supported");
    Optional<String> hint = instead(from.kind(), to.kind());
    return hint.map(error::withHint).orElse(error);
  }

  private static Optional<String> instead(Kind from, Kind to) {
    boolean time = from.isTimestamp() || from == Kind.DATE;
    if (time && to.isNumeric()) {
      return Optional.of("EXTRACT(EPOCH FROM …) gives the seconds since 1970");
    }
    if (from.isNumeric() && (to.isTimestamp() || to == Kind.DATE)) {
      return Optional.of("TO_TIMESTAMP_LTZ(…, 0) makes a time of seconds since 1970");
    }
    if (from.isNumeric() && (to == Kind.INTERVAL_DAY || to == Kind.INTERVAL_MONTH)) {
      return Optional.of("multiply: … * INTERVAL '1' DAY");
    }
    return from.isNested() && to == Kind.VARCHAR
        ? Optional.of("JSON_STRING(…) writes it as text")
        : Optional.empty();
  }

  private String toTruth(String v, DataType from, DataType to) {
    return switch (Form.of(from)) {
      case TRUTH -> v;
      case TEXT -> "Conversions.parseBoolean(" + v + ")";
      case LONG -> "(" + v + " != 0L)";
      case DOUBLE -> "(" + v + " != 0.0)";
      case DECIMAL -> "(" + v + ".signum() != 0)";
      case NESTED -> throw refuse(from, to);
    };
  }

  private String toLong(String v, DataType from, DataType to) {
    boolean numeric = from.kind().isNumeric() || from.kind() == Kind.NULL;
    if (from.kind() == Kind.INTERVAL_DAY) {
      return "(" + v + " / 1000L)"; // the planner counts intervals in milliseconds
    }
    if (from.kind() == Kind.INTERVAL_MONTH) {
      return v;
    }
    return switch (Form.of(from)) {
      case TRUTH -> "(" + v + " ? 1L : 0L)";
      case TEXT -> "Conversions.parseLong(" + v + ")";
      case NESTED -> throw refuse(from, to);
      default -> {
        if (!numeric) {
          throw refuse(from, to);
        }
        yield form(v, Form.of(from), Form.LONG);
      }
    };
  }

  private String number(String v, DataType from, Form to, DataType type) {
    if (from.kind().isTimestamp() || from.kind() == Kind.DATE || from.kind() == Kind.TIME) {
      throw refuse(from, type);
    }
    return switch (Form.of(from)) {
      case TRUTH -> form("(" + v + " ? 1L : 0L)", Form.LONG, to);
      case TEXT ->
          to == Form.DOUBLE
              ? "Conversions.parseDouble(" + v + ")"
              : "Conversions.parseDecimal(" + v + ")";
      case NESTED -> throw refuse(from, type);
      default -> form(toLongIfInterval(v, from), Form.of(from), to);
    };
  }

  private static String toLongIfInterval(String v, DataType from) {
    return from.kind() == Kind.INTERVAL_DAY ? "(" + v + " / 1000L)" : v;
  }

  /** Among LONG, DOUBLE and DECIMAL. */
  static String form(String v, Form from, Form to) {
    if (from == to) {
      return v;
    }
    return switch (to) {
      case LONG -> "Conversions.toLong(" + v + ")";
      case DOUBLE -> from == Form.LONG ? "((double) " + v + ")" : v + ".doubleValue()";
      case DECIMAL ->
          from == Form.LONG ? "BigDecimal.valueOf(" + v + ")" : "Conversions.toDecimal(" + v + ")";
      default -> throw UserError.of(ErrorCode.TYPE_MISMATCH, "a " + from + " is used as a " + to);
    };
  }

  private String toText(String v, DataType from, DataType to) {
    int p = Math.max(0, from.precision());
    String text =
        switch (from.kind()) {
          case VARCHAR, VARBINARY -> "";
          case BOOLEAN -> "(" + v + " ? \"TRUE\" : \"FALSE\")";
          case FLOAT, DOUBLE -> "Conversions.text(" + v + ", " + (from.kind() == Kind.FLOAT) + ")";
          case DECIMAL -> v + ".toPlainString()";
          case DATE -> "Conversions.dateText(" + v + ")";
          case TIME -> "Conversions.timeText(" + v + ", " + p + ")";
          case TIMESTAMP -> "Conversions.timestampText(" + v + ", " + p + ")";
          case TIMESTAMP_LTZ ->
              "Conversions.timestampText(TimeFunctions.toLocal("
                  + v
                  + ", "
                  + zone
                  + "), "
                  + p
                  + ")";
          case INTERVAL_MONTH -> "Conversions.monthsText(" + v + ")";
          case INTERVAL_DAY -> "Conversions.intervalText(" + v + ")";
          case ARRAY, MAP, ROW -> throw refuse(from, to);
          default -> "Long.toString(" + v + ")";
        };
    boolean unlimited = to.precision() < 0 || to.precision() == Integer.MAX_VALUE;
    String whole = text.isEmpty() ? v : code.object("Buffer", "") + ".put(" + text + ")";
    boolean shorter = !unlimited && (!text.isEmpty() || p == 0 || p > to.precision());
    return shorter
        ? "StringFunctions.left("
            + whole
            + ", "
            + to.precision()
            + "L, "
            + code.object("Buffer", "")
            + ")"
        : whole;
  }

  private String toTime(String v, DataType from, DataType to) {
    if (from.kind() == Kind.NULL) {
      return v;
    }
    boolean text = from.kind() == Kind.VARCHAR;
    if (to.kind() == Kind.DATE) {
      return switch (from.kind()) {
        case DATE -> v;
        case VARCHAR -> "Conversions.parseDate(" + v + ")";
        case TIMESTAMP, TIMESTAMP_LTZ -> "Math.floorDiv(" + local(v, from) + ", " + DAY + ")";
        default -> throw refuse(from, to);
      };
    }
    if (to.kind() == Kind.TIME) {
      return switch (from.kind()) {
        case TIME -> v;
        case VARCHAR -> "Conversions.parseTime(" + v + ")";
        case TIMESTAMP, TIMESTAMP_LTZ ->
            "(Math.floorMod(" + local(v, from) + ", " + DAY + ") / 1000L)";
        default -> throw refuse(from, to);
      };
    }
    String micros;
    if (from.kind() == to.kind()) {
      micros = v;
    } else {
      if (!text && from.kind() != Kind.DATE && !from.kind().isTimestamp()) {
        throw refuse(from, to);
      }
      String plain =
          text
              ? "Conversions.parseTimestamp(" + v + ".toString())"
              : from.kind() == Kind.DATE ? "(" + v + " * " + DAY + ")" : local(v, from);
      micros =
          to.kind() == Kind.TIMESTAMP
              ? plain
              : "TimeFunctions.toInstant(" + plain + ", " + zone + ")";
    }
    boolean cut = to.precision() >= 0 && to.precision() < 6;
    boolean finer = text || (from.kind().isTimestamp() && from.precision() > to.precision());
    if (!cut || !finer) {
      return micros;
    }
    long unit = Math.round(Math.pow(10, 6 - to.precision()));
    return "(Math.floorDiv(" + micros + ", " + unit + "L) * " + unit + "L)";
  }

  /** Microseconds by the wall clock of the session's zone. */
  String local(String v, DataType from) {
    return switch (from.kind()) {
      case TIMESTAMP_LTZ -> "TimeFunctions.toLocal(" + v + ", " + zone + ")";
      case DATE -> "(" + v + " * " + DAY + ")";
      case TIME -> "(" + v + " * 1000L)";
      default -> v;
    };
  }
}
