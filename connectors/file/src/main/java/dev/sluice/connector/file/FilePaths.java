package dev.sluice.connector.file;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * From the text of a path to files, in order of their names. Stateless; safe for use by any thread.
 */
final class FilePaths {
  private static final int MAX_DEPTH = 64;

  private FilePaths() {}

  /** The text of the path, absolute and without a scheme; may hold glob characters. */
  static String absolute(String path, Path workingDirectory) {
    String plain = path;
    if (path.startsWith("file:")) {
      plain =
          path.contains("*") || path.contains("?") || path.contains(" ")
              ? path.substring(5).replaceFirst("^//(?=/)", "")
              : URI.create(path).getPath();
    } else if (path.matches("[a-zA-Z][a-zA-Z0-9+.-]+://.*")) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "option 'path' cannot take '" + path + "'")
          .withHint("the filesystem connector reads local paths: a plain path or file:///…");
    }
    if (plain.isBlank()) {
      throw UserError.of(ErrorCode.OPTION_VALUE, "option 'path' is empty");
    }
    return plain.startsWith("/")
        ? plain
        : workingDirectory.toAbsolutePath().normalize() + "/" + plain;
  }

  static boolean isGlob(String path) {
    return path.indexOf('*') >= 0
        || path.indexOf('?') >= 0
        || path.indexOf('[') >= 0
        || path.indexOf('{') >= 0;
  }

  /**
   * The files that {@code path} means now, sorted; hidden ones ({@code .} and {@code _}) left out.
   */
  static List<Path> list(String path) throws IOException {
    TreeSet<Path> found = new TreeSet<>();
    Path literal = isGlob(path) && !Files.exists(Path.of(path)) ? null : Path.of(path);
    if (literal != null) {
      if (Files.isDirectory(literal)) {
        walk(literal, found, null);
      } else if (Files.exists(literal)) {
        found.add(literal);
      }
      return List.copyOf(found);
    }
    Path root = globRoot(path);
    if (Files.isDirectory(root)) {
      PathMatcher exact = FileSystems.getDefault().getPathMatcher("glob:" + path);
      PathMatcher flat =
          FileSystems.getDefault().getPathMatcher("glob:" + path.replace("/**/", "/"));
      walk(root, found, file -> matches(file, root, exact, flat));
    }
    return List.copyOf(found);
  }

  private static boolean matches(Path file, Path root, PathMatcher exact, PathMatcher flat) {
    // a folder that matches stands for the files in it
    for (Path path = file; path != null && !path.equals(root); path = path.getParent()) {
      if (exact.matches(path) || flat.matches(path)) {
        return true;
      }
    }
    return false;
  }

  private static Path globRoot(String path) {
    int special = path.length();
    for (int i = 0; i < path.length(); i++) {
      if ("*?[{".indexOf(path.charAt(i)) >= 0) {
        special = i;
        break;
      }
    }
    int slash = path.lastIndexOf('/', special);
    return Path.of(slash <= 0 ? "/" : path.substring(0, slash));
  }

  private static void walk(
      Path root, TreeSet<Path> found, java.util.function.Predicate<Path> wanted)
      throws IOException {
    Files.walkFileTree(
        root,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        MAX_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean skip = !folder.equals(root) && hidden(folder);
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                && !hidden(file)
                && (wanted == null || wanted.test(file))) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static boolean hidden(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".") || name.startsWith("_");
  }

  /** The error for a path that means no file. */
  static UserError missing(String shown, String absolute) {
    Path path = isGlob(absolute) ? globRoot(absolute) : Path.of(absolute);
    if (Files.exists(path)) {
      return UserError.of(
              ErrorCode.MISSING_TARGET,
              isGlob(absolute)
                  ? "no file matches '" + shown + "'"
                  : "there are no files in '" + shown + "'")
          .withHint(
              "names that start with '.' or '_' are skipped; 'source.monitor-interval' waits for"
                  + " files to come");
    }
    Path known = path;
    while (known.getParent() != null && !Files.exists(known.getParent())) {
      known = known.getParent();
    }
    String name = known.getFileName() == null ? "" : known.getFileName().toString();
    Path folder = known.getParent() == null ? Path.of("/") : known.getParent();
    List<String> siblings = List.of();
    try (Stream<Path> entries = Files.list(folder)) {
      siblings = entries.limit(10_000).map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      return UserError.of(ErrorCode.MISSING_TARGET, "path '" + shown + "' does not exist")
          .causedBy(e);
    }
    return UserError.of(ErrorCode.MISSING_TARGET, "path '" + shown + "' does not exist")
        .withHint(
            DidYouMean.hint(name, siblings, "there is no '" + name + "' in '" + folder + "'"));
  }
}
