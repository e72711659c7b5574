package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.lang.reflect.Constructor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.SimpleCompiler;

/** Compiled classes by their source. Safe for use by any thread. */
final class ProgramCache {
  private static final int LIMIT = 256;
  private static final Map<String, Constructor<?>> CLASSES =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Constructor<?>> eldest) {
          return size() > LIMIT;
        }
      };

  private static volatile Consumer<String> listener = source -> {};

  private ProgramCache() {}

  static void listener(Consumer<String> value) {
    listener = value;
  }

  static GeneratedLoops create(String source, Object[] constants) {
    Constructor<?> constructor;
    synchronized (CLASSES) {
      constructor = CLASSES.get(source);
      if (constructor == null) {
        constructor = compile(source);
        CLASSES.put(source, constructor);
      }
    }
    try {
      return (GeneratedLoops) constructor.newInstance((Object) constants);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Constructor<?> compile(String source) {
    listener.accept(source);
    SimpleCompiler compiler = new SimpleCompiler();
    compiler.setParentClassLoader(ProgramCache.class.getClassLoader());
    try {
      compiler.cook(source);
      return compiler
          .getClassLoader()
          .loadClass("dev.sluice.expr.generated.Program")
          .getConstructor(Object[].class);
    } catch (CompileException e) {
      if (String.valueOf(e.getMessage()).contains("nested too deeply")) {
        throw tooLarge(e);
      }
      throw new IllegalStateException("generated code does not compile:\n" + source, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("generated class cannot be used", e);
    } catch (org.codehaus.commons.compiler.InternalCompilerException | StackOverflowError e) {
      throw tooLarge(e);
    }
  }

  static UserError tooLarge(Throwable cause) {
    return UserError.of(ErrorCode.UNSUPPORTED, "an expression is too large to be compiled")
        .withHint("split it over several views or statements")
        .causedBy(cause);
  }
}
