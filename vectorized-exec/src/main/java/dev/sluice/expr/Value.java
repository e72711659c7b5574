package dev.sluice.expr;

import dev.sluice.type.DataType;

/**
 * A computed value in generated code.
 *
 * @param isNull a Java expression, {@code false} if it can't be
 * @param java a Java expression; means nothing while {@code isNull}
 * @param type its type
 * @param input of nested types the input that holds it, else -1
 * @param position of nested types the position in that input
 */
record Value(String isNull, String java, DataType type, int input, String position) {
  static Value of(String isNull, String java, DataType type) {
    return new Value(isNull, java, type, -1, "");
  }

  boolean mayBeNull() {
    return !isNull.equals("false");
  }

  /** How generated code holds a value. */
  enum Form {
    TRUTH("boolean", "false"),
    LONG("long", "0L"),
    DOUBLE("double", "0.0"),
    DECIMAL("BigDecimal", "null"),
    TEXT("Text", "null"),
    NESTED("Object", "null");

    final String java;
    final String initial;

    Form(String java, String initial) {
      this.java = java;
      this.initial = initial;
    }

    static Form of(DataType type) {
      return switch (type.kind()) {
        case BOOLEAN -> TRUTH;
        case FLOAT, DOUBLE -> DOUBLE;
        case DECIMAL -> DECIMAL;
        case VARCHAR, VARBINARY -> TEXT;
        case ARRAY, MAP, ROW -> NESTED;
        default -> LONG;
      };
    }
  }

  Form form() {
    return Form.of(type);
  }
}
