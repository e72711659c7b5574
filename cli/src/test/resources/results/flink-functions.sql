CREATE TABLE t (id INT, b BYTES, s STRING, d INTERVAL DAY TO SECOND, m INTERVAL YEAR TO MONTH NOT NULL) WITH ('connector' = 'values', 'rows' = '[
  [1, "YWI=", "x", 273906789000, 34], [2, null, null, null, 0], [3, "w6k=", "y", -90061000000, -34]]');
====
SELECT id, EXTRACT(DAY FROM d) AS d, EXTRACT(HOUR FROM d) AS h, EXTRACT(MINUTE FROM d) AS mi, EXTRACT(SECOND FROM d) AS s, EXTRACT(MILLISECOND FROM d) AS ms, EXTRACT(EPOCH FROM d) AS e, EXTRACT(YEAR FROM m) AS y, EXTRACT(MONTH FROM m) AS mo FROM t
----
{"id":1,"d":3,"h":4,"mi":5,"s":6,"ms":6789,"e":273906,"y":2,"mo":10}
{"id":2,"d":null,"h":null,"mi":null,"s":null,"ms":null,"e":null,"y":0,"mo":0}
{"id":3,"d":-1,"h":-1,"mi":-1,"s":-1,"ms":-1000,"e":-90061,"y":-2,"mo":-10}
====
SELECT EXTRACT(DAY FROM INTERVAL '3 04:05:06' DAY TO SECOND) AS d, EXTRACT(MONTH FROM INTERVAL '2-10' YEAR TO MONTH) AS m
----
{"d":3,"m":10}
====
SELECT id, TIMESTAMP '2024-01-31 00:00:00' + d AS later, TIMESTAMP '2024-01-31 00:00:00' + m AS months FROM t
----
{"id":1,"later":"2024-02-03 04:05:06","months":"2026-11-30 00:00:00"}
{"id":2,"later":null,"months":"2024-01-31 00:00:00"}
{"id":3,"later":"2024-01-29 22:58:59","months":"2021-03-31 00:00:00"}
====
SELECT id, CAST(b AS STRING) AS text, CAST(X'6162' AS STRING) AS of_literal, CAST(CAST(s AS BYTES) AS STRING) AS back FROM t
----
{"id":1,"text":"ab","of_literal":"ab","back":"x"}
{"id":2,"text":null,"of_literal":"ab","back":null}
{"id":3,"text":"é","of_literal":"ab","back":"y"}
====
SELECT ARRAY_AGG(s IGNORE NULLS) AS inside, ARRAY_AGG(s) IGNORE NULLS AS behind, ARRAY_AGG(s ORDER BY id DESC) IGNORE NULLS FILTER (WHERE id < 3) AS filtered, ARRAY_AGG(s) RESPECT NULLS AS kept, MAX(s) IGNORE NULLS AS most FROM t
----
{"inside":["x","y"],"behind":["x","y"],"filtered":["x"],"kept":["x",null,"y"],"most":"y"}
====
SELECT 'foobar' RLIKE 'o+b' AS r, s NOT RLIKE 'x' AS n FROM t WHERE id = 1
----
{"r":true,"n":false}
====
SELECT CONCAT(s, id, '-', 1.50) AS c, CONCAT_WS('/', id, s, TRUE) AS w FROM t
----
{"c":"x1-1.50","w":"1/x/TRUE"}
{"c":"y3-1.50","w":"3/y/TRUE"}
{"c":null,"w":"2/TRUE"}
====
SELECT ROUND(1.256, 2) AS a, ROUND(2.5) AS b, ROUND(9.99, 1) AS c, ROUND(125.5, -1) AS d, TRUNCATE(42.324, 2) AS e, ROUND(id / 3.0, 2) AS f, ROUND(1.256, id) AS g FROM t WHERE id = 1
----
{"a":1.26,"b":3,"c":10.0,"d":130,"e":42.32,"f":0.33,"g":1.300}
====
SELECT CBRT(27) AS c, INSTR('hello', 'l', 4) AS i, INSTR('hello', 'l', -1) AS j, INSTR('hello', 'l', 1, 2) AS k, INSTR('hello', 'l', 9) AS nowhere, INSTR('aéaé', 'é', 3) AS code_points
----
{"c":3.0,"i":4,"j":4,"k":4,"nowhere":0,"code_points":4}
====
SELECT JSON_LENGTH('[1, 2, 3]') AS a, JSON_LENGTH('{"a": {"b": 1, "c": 2}}', '$.a') AS b, JSON_LENGTH('7') AS c, JSON_LENGTH('x') AS d, JSON_LENGTH('{}', '$.a') AS e, JSON_LENGTH(s) AS f FROM t WHERE id = 2
----
{"a":3,"b":2,"c":1,"d":null,"e":null,"f":null}
====
SELECT URL_DECODE_RECURSIVE('https%253A%252F%252Fa.b%252F') AS a, URL_DECODE_RECURSIVE('a%25253A', 1) AS b, URL_DECODE_RECURSIVE('%zz') AS c, URL_DECODE_RECURSIVE(s) AS d FROM t WHERE id = 2
----
{"a":"https://a.b/","b":"a%253A","c":null,"d":null}
====
SELECT TO_TIMESTAMP_LTZ(1.5, 0) AS a, TO_TIMESTAMP_LTZ(1.5E3, 3) AS b
----
{"a":"1970-01-01 00:00:01.500Z","b":"1970-01-01 00:00:01.500Z"}
====
CREATE TABLE kept (d INTERVAL DAY, m INTERVAL MONTH) WITH ('connector' = 'filesystem', 'path' = 'intervals.parquet', 'format' = 'parquet'); INSERT INTO kept SELECT d, m FROM t WHERE id <> 2; SELECT d, m, d + INTERVAL '1' HOUR AS more FROM kept
----
{"d":"+3 04:05:06.789000","m":"+2-10","more":"+3 05:05:06.789000"}
{"d":"-1 01:01:01.000000","m":"-2-10","more":"-1 00:01:01.000000"}
====
SELECT CAST(12.355 AS DECIMAL(5, 2)) AS a, CAST(-12.355 AS DECIMAL(5, 2)) AS b, CAST('12.355' AS DECIMAL(5, 2)) AS c, CAST(n AS DECIMAL(5, 2)) AS of_column FROM (VALUES (12.355), (12.355)) v(n) LIMIT 1
----
{"a":12.36,"b":-12.36,"c":12.36,"of_column":12.36}
====
SELECT CAST(TIMESTAMP '2024-01-02 03:04:05.678' AS STRING) AS a, CAST(TIME '03:04:05.678' AS STRING) AS b, TIMESTAMP '2024-01-02 03:04:05.678' || '!' AS c
----
{"a":"2024-01-02 03:04:05.678","b":"03:04:05.678","c":"2024-01-02 03:04:05.678!"}
====
SELECT TRY_CAST('12.355' AS INT) AS a, TRY_CAST('1' AS BOOLEAN) AS b, TRY_CAST('2024-01-02 03:04:05.678' AS DATE) AS c, TRY_CAST('1' AS TIME) AS d, TRY_CAST('x' AS INT) AS e
----
{"a":12,"b":true,"c":"2024-01-02","d":null,"e":null}
====
SET 'time-zone' = 'Europe/Berlin'; SELECT CAST('2024-07-01 00:00:00' AS TIMESTAMP_LTZ(3)) AS constant_, CAST(s AS TIMESTAMP_LTZ(3)) AS of_column FROM (VALUES ('2024-07-01 00:00:00'), ('2024-07-01 00:00:00')) v(s) LIMIT 1
----
{"constant_":"2024-07-01 00:00:00.000+02:00","of_column":"2024-07-01 00:00:00.000+02:00"}
====
SELECT CAST(7 AS TIMESTAMP(3)) AS t
----
error[SLU-2007]: a cast from INTEGER to TIMESTAMP(3) is not supported
hint: TO_TIMESTAMP_LTZ(…, 0) makes a time of seconds since 1970
====
SELECT CAST(TIMESTAMP '2024-01-02 03:04:05' AS DOUBLE) AS t
----
error[SLU-2007]: a cast from TIMESTAMP(0) to DOUBLE is not supported
hint: EXTRACT(EPOCH FROM …) gives the seconds since 1970
====
SELECT CAST(n AS DOUBLE) AS t FROM (VALUES (DATE '2024-01-02'), (DATE '2024-01-03')) v(n)
----
error[SLU-2005]: DATE cannot be cast to DOUBLE
