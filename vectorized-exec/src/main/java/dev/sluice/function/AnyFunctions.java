package dev.sluice.function;

import static dev.sluice.function.FunctionSpec.Param.ANY;
import static dev.sluice.function.FunctionSpec.Param.BINARY;
import static dev.sluice.function.FunctionSpec.Param.INTEGER;
import static dev.sluice.function.FunctionSpec.Param.STRING;

import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.function.ObjectFunctions.Binding;
import dev.sluice.function.ObjectFunctions.Definition;
import dev.sluice.type.DataType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;

/** Functions that take values of several types, or see NULLs. Stateless. */
final class AnyFunctions {
  private static final DataType TRUTH = DataType.of(DataType.Kind.BOOLEAN);
  private static final DataType TEXT = DataType.string();
  private static final DataType BYTES = DataType.of(DataType.Kind.VARBINARY, Integer.MAX_VALUE);
  private static final List<String> CHARSETS =
      List.of("US-ASCII", "ISO-8859-1", "UTF-8", "UTF-16BE", "UTF-16LE", "UTF-16");

  private AnyFunctions() {}

  static List<Definition> all() {
    return List.of(
        of(
            "ELT",
            "string",
            Signature.of(TEXT, INTEGER, STRING).asVariadic(),
            "The text of that number, counted from 1, among the ones that follow; NULL if there is"
                + " none.",
            "ELT(2, 'a', 'b') = 'b'",
            AnyFunctions::elt),
        of(
            "PRINTF",
            "string",
            Signature.of(TEXT, STRING, ANY).asVariadic(),
            "The values in a format of printf; NULL if they do not fit it.",
            "PRINTF('%s: %05.1f', 'a', 2.55) = 'a: 002.6'",
            AnyFunctions::printf),
        of(
            "UNHEX",
            "string",
            Signature.of(BYTES, STRING),
            "The bytes that hexadecimal digits write; NULL if they do not.",
            "UNHEX('00ff') = X'00FF'",
            a -> a[0] == null ? null : unhex(a[0].toString())),
        of(
            "ENCODE",
            "string",
            Signature.of(BYTES, STRING, STRING),
            "The bytes of a text in a character set: US-ASCII, ISO-8859-1, UTF-8, UTF-16BE,"
                + " UTF-16LE or UTF-16.",
            "ENCODE('é', 'ISO-8859-1') = X'E9'",
            AnyFunctions::encode),
        of(
            "DECODE",
            "string",
            Signature.of(TEXT, BINARY, STRING),
            "The text that bytes are in a character set, as ENCODE knows them.",
            "DECODE(X'E9', 'ISO-8859-1') = 'é'",
            AnyFunctions::decode),
        of(
            "CONV",
            "math",
            Signature.of(TEXT, STRING, INTEGER, INTEGER),
            "A whole number as text, from one base to another, each from 2 to 36; NULL if it is"
                + " none.",
            "CONV('ff', 16, 10) = '255'",
            AnyFunctions::conv),
        truth("IS_ALPHA", "Whether all characters are letters; FALSE for NULL.", "IS_ALPHA('ab')"),
        truth("IS_DIGIT", "Whether all characters are digits; FALSE for NULL.", "IS_DIGIT('12')"),
        truth("IS_DECIMAL", "Whether it is a number; FALSE for NULL.", "IS_DECIMAL('-1.5e3')"),
        new Definition(
            Definition.spec(
                "TYPEOF",
                "conditional",
                List.of(Signature.of(TEXT, ANY)),
                "The type of an expression.",
                "TYPEOF(1.5) = 'DECIMAL(2, 1) NOT NULL'"),
            false,
            (types, result) -> {
              Text name = Text.of(types.get(0).sql());
              return a -> name;
            }));
  }

  private static Definition of(
      String name,
      String category,
      Signature signature,
      String doc,
      String example,
      ObjectFunction function) {
    Binding binding = (types, result) -> function;
    return new Definition(
        Definition.spec(name, category, List.of(signature), doc, example), false, binding);
  }

  private static Definition truth(String name, String doc, String example) {
    Signature signature = Signature.of(TRUTH, Param.STRING);
    return of(name, "conditional", signature, doc, example + " = TRUE", a -> is(name, a[0]));
  }

  private static Object elt(Object[] arguments) {
    if (arguments[0] == null) {
      return null;
    }
    long index = (Long) arguments[0];
    return index >= 1 && index < arguments.length ? arguments[(int) index] : null;
  }

  private static Object printf(Object[] arguments) {
    if (arguments[0] == null) {
      return null;
    }
    Object[] values = Arrays.copyOfRange(arguments, 1, arguments.length);
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] instanceof Text text ? text.toString() : values[i];
    }
    try {
      return Text.of(String.format(Locale.ROOT, arguments[0].toString(), values));
    } catch (IllegalFormatException e) {
      return null;
    }
  }

  private static Object unhex(String digits) {
    try {
      return Text.ofBytes(
          HexFormat.of().parseHex(digits.length() % 2 == 0 ? digits : "0" + digits));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Charset charset(Object name) {
    String wanted = name.toString().toUpperCase(Locale.ROOT);
    if (!CHARSETS.contains(wanted)) {
      throw new EvalError("'" + name + "' is none of " + String.join(", ", CHARSETS));
    }
    try {
      return Charset.forName(wanted);
    } catch (UnsupportedCharsetException e) {
      throw new IllegalStateException("every Java has " + wanted, e);
    }
  }

  private static Object encode(Object[] arguments) {
    if (arguments[0] == null || arguments[1] == null) {
      return null;
    }
    return Text.ofBytes(arguments[0].toString().getBytes(charset(arguments[1])));
  }

  private static Object decode(Object[] arguments) {
    if (arguments[0] == null || arguments[1] == null) {
      return null;
    }
    try {
      byte[] bytes = ((Text) arguments[0]).toBytes();
      return Text.of(charset(arguments[1]).newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw new EvalError("the bytes are no text in " + arguments[1]);
    }
  }

  private static Object conv(Object[] arguments) {
    if (Arrays.asList(arguments).contains(null)) {
      return null;
    }
    long from = (Long) arguments[1];
    long to = (Long) arguments[2];
    if (from < 2 || from > 36 || to < 2 || to > 36) {
      return null;
    }
    try {
      return Text.of(
          new BigInteger(arguments[0].toString().trim(), (int) from)
              .toString((int) to)
              .toUpperCase(Locale.ROOT));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static boolean is(String what, Object value) {
    if (value == null || value.toString().isEmpty()) {
      return false;
    }
    String text = value.toString();
    return switch (what) {
      case "IS_ALPHA" -> text.codePoints().allMatch(Character::isLetter);
      case "IS_DIGIT" -> text.codePoints().allMatch(Character::isDigit);
      default -> {
        try {
          new java.math.BigDecimal(text);
          yield true;
        } catch (NumberFormatException e) {
          yield false;
        }
      }
    };
  }
}
