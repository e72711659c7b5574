package dev.sluice.udf;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The SQL type where Java's says too little: of a parameter, or on a method of its result. For
 * instance {@code DECIMAL(10, 2)} or {@code ROW<word STRING, length INT>}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.PARAMETER})
public @interface DataTypeHint {
  /** A type as in CREATE TABLE. */
  String value();
}
