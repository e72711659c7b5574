package dev.sluice.function.user;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.udf.FunctionContext;
import dev.sluice.udf.UserDefinedFunction;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The classes of user-defined functions in this process. Each list of jars has a loader of its own,
 * which looks into the jars before it asks Sluice's; it lives as long as somebody holds a lease: a
 * job while it runs, the planner while it looks at a class. With the last lease every loader and
 * instance is closed, so that a jar that was replaced is read anew. Safe for use by any thread.
 */
public final class UserCode {
  private static final Map<List<Path>, Loader> LOADERS = new HashMap<>();
  private static final Map<Set<ClassLoader>, ClassLoader> JOINED = new HashMap<>();
  private static final Map<ClassLoader, Map<String, Object>> DERIVED = new HashMap<>();
  private static final List<UserDefinedFunction> OPENED = new ArrayList<>();
  private static int leases;

  private UserCode() {}

  /** The right to load classes; closing it gives it back. */
  public static final class Lease implements AutoCloseable {
    private boolean returned;

    private Lease() {}

    @Override
    public void close() {
      synchronized (LOADERS) {
        if (!returned) {
          returned = true;
          if (--leases == 0) {
            closeAll();
          }
        }
      }
    }
  }

  /** Takes a lease. */
  public static Lease lease() {
    synchronized (LOADERS) {
      leases++;
      return new Lease();
    }
  }

  private static void closeAll() {
    List<String> failures = new ArrayList<>();
    for (UserDefinedFunction function : OPENED) {
      try {
        function.close();
      } catch (Exception | LinkageError e) {
        failures.add(function.getClass().getName() + ": " + e);
      }
    }
    for (Loader loader : LOADERS.values()) {
      try {
        loader.close();
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }
    OPENED.clear();
    LOADERS.clear();
    JOINED.clear();
    DERIVED.clear();
    if (!failures.isEmpty()) {
      throw UserError.of(ErrorCode.EXPRESSION, "a user-defined function cannot be closed")
          .withDetail(String.join("; ", failures));
    }
  }

  /**
   * The class of that name.
   *
   * @throws UserError if a jar or the class cannot be read
   */
  public static Class<?> load(String className, List<String> jars) {
    try {
      return Class.forName(className, true, loader(jars));
    } catch (ClassNotFoundException e) {
      String where = jars.isEmpty() ? "on the class path" : "in " + String.join(", ", jars);
      throw UserError.of(ErrorCode.UNKNOWN_OBJECT, "there is no class " + className + " " + where)
          .withHint(
              jars.isEmpty()
                  ? "name the jar it is in: USING JAR 'path/to.jar'"
                  : "give the full name, package included; of a nested class Outer$Inner")
          .causedBy(e);
    } catch (LinkageError e) {
      throw UserError.of(
              ErrorCode.UNSUPPORTED, "class " + className + " cannot be loaded: " + e.getMessage())
          .withHint("USING JAR takes several jars: JAR 'a.jar', JAR 'b.jar'")
          .causedBy(e);
    }
  }

  /** An instance, opened. */
  public static Object instance(Class<?> type) {
    try {
      Object made = type.getConstructor().newInstance();
      if (made instanceof UserDefinedFunction function) {
        ClassLoader loader = type.getClassLoader();
        FunctionContext context = () -> loader;
        function.open(context);
        synchronized (LOADERS) {
          OPENED.add(function);
        }
      }
      return made;
    } catch (Exception | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw UserError.of(
              ErrorCode.UNSUPPORTED,
              "class " + type.getName() + " cannot be made an instance of: " + cause)
          .withHint("it needs a public constructor without parameters")
          .causedBy(cause);
    }
  }

  /** A loader that finds the classes of all those. */
  public static ClassLoader joined(List<Class<?>> classes) {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    classes.forEach(c -> loaders.add(loaderOf(c)));
    if (loaders.size() == 1) {
      return loaders.iterator().next();
    }
    Map<String, Class<?>> byName = new LinkedHashMap<>();
    for (Class<?> type : classes) {
      if (byName.putIfAbsent(type.getName(), type) != null && byName.get(type.getName()) != type) {
        throw UserError.of(
                ErrorCode.UNSUPPORTED,
                "one expression calls two different classes named " + type.getName())
            .withHint("call one of them in a view of its own");
      }
    }
    synchronized (LOADERS) {
      return JOINED.computeIfAbsent(Set.copyOf(loaders), Joined::new);
    }
  }

  /** What {@code make} gave for {@code key} and that loader, kept as long as the loader. */
  public static Object derived(ClassLoader loader, String key, Supplier<Object> make) {
    synchronized (LOADERS) {
      Map<String, Object> known = DERIVED.computeIfAbsent(loader, l -> new HashMap<>());
      Object value = known.get(key);
      if (value == null) {
        value = make.get();
        known.put(key, value);
      }
      return value;
    }
  }

  private static ClassLoader loaderOf(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null ? UserCode.class.getClassLoader() : loader;
  }

  private static ClassLoader loader(List<String> jars) {
    if (jars.isEmpty()) {
      return UserCode.class.getClassLoader();
    }
    List<Path> paths = jars.stream().map(Path::of).toList();
    for (Path path : paths) {
      if (!Files.isReadable(path) || Files.isDirectory(path)) {
        throw UserError.of(ErrorCode.FILE_UNREADABLE, "there is no jar '" + path + "' to read");
      }
    }
    synchronized (LOADERS) {
      if (leases == 0) {
        throw new IllegalStateException("user code is loaded without a lease");
      }
      return LOADERS.computeIfAbsent(paths, Loader::new);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Looks into its jars first, except for Java's classes and those that functions build on. */
  private static final class Loader extends URLClassLoader {
    Loader(List<Path> jars) {
      super(jars.stream().map(UserCode::url).toArray(URL[]::new), UserCode.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known == null && !name.startsWith("java.") && !name.startsWith("dev.sluice.")) {
          try {
            known = findClass(name);
          } catch (ClassNotFoundException e) {
            known = null; // the parent may have it
          }
        }
        if (known == null) {
          return super.loadClass(name, resolve);
        }
        if (resolve) {
          resolveClass(known);
        }
        return known;
      }
    }

    @Override
    public URL getResource(String name) {
      URL own = findResource(name);
      return own == null ? super.getResource(name) : own;
    }
  }

  private static final class Joined extends ClassLoader {
    private final Set<ClassLoader> parts;

    Joined(Set<ClassLoader> parts) {
      super(UserCode.class.getClassLoader());
      this.parts = parts;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      for (ClassLoader part : parts) {
        try {
          return part.loadClass(name);
        } catch (ClassNotFoundException e) {
          continue; // the next may have it
        }
      }
      throw new ClassNotFoundException(name);
    }
  }
}
