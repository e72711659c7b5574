package dev.sluice.pipeline;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A text of statements and the name under which error messages speak of it. A value.
 *
 * @param source the file as the user named it, or a label such as {@code -e} or {@code <stdin>}
 * @param text the statements
 */
public record SqlText(String source, String text) {
  /**
   * Reads a UTF-8 file; a byte order mark is skipped.
   *
   * @param workingDirectory base of a relative {@code file}
   * @throws UserError FILE_UNREADABLE if it cannot be read
   */
  public static SqlText ofFile(Path workingDirectory, String file) {
    Path path = workingDirectory.resolve(file);
    try {
      if (Files.isDirectory(path)) {
        throw unreadable(file, "it is a directory").withHint("name the SQL files in it");
      }
      String text = Files.readString(path, StandardCharsets.UTF_8);
      return new SqlText(file, text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "it does not exist")
          .withHint("relative paths start at " + workingDirectory.toAbsolutePath().normalize())
          .causedBy(e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not UTF-8 text").causedBy(e);
    } catch (IOException e) {
      throw unreadable(file, e.getClass().getSimpleName() + ": " + e.getMessage()).causedBy(e);
    }
  }

  private static UserError unreadable(String file, String why) {
    return UserError.of(ErrorCode.FILE_UNREADABLE, "cannot read file '" + file + "': " + why);
  }
}
