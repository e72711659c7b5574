package dev.sluice.plan;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method of a Java class that a plan calls as a function. Its {@link #id} stands where the id of
 * a catalog function would, so that a plan names all that an engine needs to find the code. A
 * value.
 *
 * @param name the SQL name
 * @param className the class's binary name
 * @param method name and erased parameter types, for instance {@code eval(int,java.lang.String[])}
 * @param jars absolute paths of the jars the class is in; none if it is on the class path
 */
public record JavaFunction(String name, String className, String method, List<String> jars) {
  private static final String BETWEEN = ", ";
  private static final Pattern ID =
      Pattern.compile("(.*)\\{([^ {}]+) (\\w+\\([^)]*\\))(?: from (.*))?\\}", Pattern.DOTALL);

  public JavaFunction {
    jars = List.copyOf(jars);
  }

  /** The function as text. */
  public String id() {
    String from = jars.isEmpty() ? "" : " from " + String.join(BETWEEN, jars);
    return name + "{" + className + " " + method + from + "}";
  }

  /** The function that {@code id} stands for; empty if that is a catalog function's. */
  public static Optional<JavaFunction> of(String id) {
    if (!id.endsWith("}")) {
      return Optional.empty();
    }
    Matcher parts = ID.matcher(id);
    return parts.matches()
        ? Optional.of(
            new JavaFunction(
                parts.group(1),
                parts.group(2),
                parts.group(3),
                parts.group(4) == null ? List.of() : List.of(parts.group(4).split(BETWEEN))))
        : Optional.empty();
  }
}
