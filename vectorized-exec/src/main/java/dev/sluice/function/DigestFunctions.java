package dev.sluice.function;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of strings, in hexadecimal; see {@link Sql}. Stateless. */
public final class DigestFunctions {
  private DigestFunctions() {}

  @Sql(
      value = "MD5",
      doc = "MD5 digest in hexadecimal.",
      example = "MD5('') = 'd41d8cd98f00b204e9800998ecf8427e'")
  public static String md5(Text s) {
    return digest("MD5", s);
  }

  @Sql(
      value = "SHA1",
      doc = "SHA-1 digest in hexadecimal.",
      example = "SHA1('') = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'")
  public static String sha1(Text s) {
    return digest("SHA-1", s);
  }

  @Sql(
      value = "SHA224",
      doc = "SHA-224 digest in hexadecimal.",
      example = "SHA224('a') = 'abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5'")
  public static String sha224(Text s) {
    return digest("SHA-224", s);
  }

  @Sql(
      value = "SHA256",
      doc = "SHA-256 digest in hexadecimal.",
      example = "SHA256('a') = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'")
  public static String sha256(Text s) {
    return digest("SHA-256", s);
  }

  @Sql(
      value = "SHA384",
      doc = "SHA-384 digest in hexadecimal.",
      example = "LEFT(SHA384('a'), 16) = '54a59b9f22b0b808'")
  public static String sha384(Text s) {
    return digest("SHA-384", s);
  }

  @Sql(
      value = "SHA512",
      doc = "SHA-512 digest in hexadecimal.",
      example = "LEFT(SHA512('a'), 16) = '1f40fc92da241694'")
  public static String sha512(Text s) {
    return digest("SHA-512", s);
  }

  @Sql(
      value = "SHA2",
      doc = "The SHA-2 digest of so many bits (224, 256, 384 or 512) in hexadecimal.",
      example = "SHA2('a', 224) = 'abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5'")
  public static String sha2(Text s, long bits) {
    if (bits != 224 && bits != 256 && bits != 384 && bits != 512) {
      throw new EvalError("SHA2 has no digest of " + bits + " bits: use 224, 256, 384 or 512");
    }
    return digest("SHA-" + bits, s);
  }

  private static String digest(String algorithm, Text s) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(s.data(), s.offset(), s.length());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
