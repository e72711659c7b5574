package dev.sluice.expr;

import dev.sluice.type.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The source of one generated class while it grows. Single-threaded. */
final class Code {
  private final StringBuilder fields = new StringBuilder();
  private final StringBuilder setup = new StringBuilder();
  private final StringBuilder methods = new StringBuilder();
  private final List<Object> constants = new ArrayList<>();
  private final List<List<Integer>> paths = new ArrayList<>();
  private final List<DataType> inputTypes = new ArrayList<>();
  private final List<Class<?>> userClasses = new ArrayList<>();
  private final Set<Integer> used = new TreeSet<>();
  private StringBuilder body = new StringBuilder();
  private int names;

  String fresh(String prefix) {
    return prefix + names++;
  }

  Code line(String text) {
    body.append(text).append('\n');
    return this;
  }

  /** A field that holds {@code value}; users' values get into programs only this way. */
  String constant(Object value, String javaType) {
    String name = fresh("k");
    fields.append("private final ").append(javaType).append(' ').append(name).append(";\n");
    setup.append(name).append(" = (").append(javaType).append(") constants[");
    setup.append(constants.size()).append("];\n");
    constants.add(value);
    return name;
  }

  /** A field with an object of its own. */
  String object(String javaType, String arguments) {
    String name = fresh("o");
    fields.append("private final ").append(javaType).append(' ').append(name).append(" = new ");
    fields.append(javaType).append('(').append(arguments).append(");\n");
    return name;
  }

  /** The input at {@code path}; its addresses become locals of the method. */
  int input(List<Integer> path, DataType type) {
    int index = paths.indexOf(path);
    if (index < 0) {
      index = paths.size();
      paths.add(path);
      inputTypes.add(type);
    }
    used.add(index);
    return index;
  }

  List<Integer> path(int input) {
    return paths.get(input);
  }

  /** Ends a method whose row body was written. */
  void method(String head, String before, String after) {
    methods.append(head).append(" {\n");
    for (int i : used) {
      String in = "in[" + i + "]";
      methods.append("final long d" + i + " = " + in + ".data();\n");
      methods.append("final long y" + i + " = " + in + ".validity();\n");
      methods.append("final long f" + i + " = " + in + ".offsets();\n");
      methods.append("final int s" + i + " = " + in + ".first();\n");
      methods.append("final byte[] b" + i + " = " + in + ".bytes();\n");
    }
    methods.append(before);
    methods.append("for (int i = 0; i < n; i++) {\nfinal int p = selection == null ? i : ");
    methods.append("selection[i];\n").append(body).append("}\n").append(after).append("}\n");
    body = new StringBuilder();
    used.clear();
  }

  /** Adds a finished method. */
  void rawMethod(String text) {
    methods.append(text);
  }

  /** Lets the program name a class that a user wrote. */
  void userClass(Class<?> type) {
    if (!userClasses.contains(type)) {
      userClasses.add(type);
    }
  }

  List<Class<?>> userClasses() {
    return userClasses;
  }

  Object[] constants() {
    return constants.toArray();
  }

  Input[] inputs() {
    Input[] inputs = new Input[paths.size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = new Input(paths.get(i), Value.Form.of(inputTypes.get(i)) == Value.Form.TEXT);
    }
    return inputs;
  }

  String source() {
    return "package dev.sluice.expr.generated;\n"
        + "import dev.sluice.expr.*;\nimport dev.sluice.function.*;\nimport java.math.*;\n"
        + "import org.apache.arrow.memory.util.MemoryUtil;\n"
        + "public final class Program extends GeneratedLoops {\n"
        + fields
        + "public Program(Object[] constants) {\n"
        + setup
        + "}\n"
        + methods
        + "}\n";
  }
}
