package dev.sluice.expr;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.function.user.UserCode;
import java.lang.reflect.Constructor;
import java.util.LinkedHashMap;
import java.util.List;
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

  /** A program that calls methods of {@code userClasses}. */
  static GeneratedLoops create(String source, Object[] constants, List<Class<?>> userClasses) {
    try {
      return (GeneratedLoops) find(source, userClasses).newInstance((Object) constants);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Constructor<?> find(String source, List<Class<?>> userClasses) {
    if (!userClasses.isEmpty()) {
      // Kept beside the user's classes: a class that was loaded anew needs a program of its own.
      ClassLoader loader = UserCode.joined(userClasses);
      return (Constructor<?>) UserCode.derived(loader, source, () -> compile(source, loader));
    }
    synchronized (CLASSES) {
      Constructor<?> constructor = CLASSES.get(source);
      if (constructor == null) {
        constructor = compile(source, ProgramCache.class.getClassLoader());
        CLASSES.put(source, constructor);
      }
      return constructor;
    }
  }

  private static Constructor<?> compile(String source, ClassLoader parent) {
    listener.accept(source);
    SimpleCompiler compiler = new SimpleCompiler();
    compiler.setParentClassLoader(parent);
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
