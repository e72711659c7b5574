SET 'batch.linger' = '5 ms';
====
SELECT 1 AS a UNION ALL SELECT 'a'
----
error[SLU-2005]: column 1 has different types on the sides of UNION ALL
hint: CAST it on one side
====
SELECT 1 AS a UNION ALL SELECT 2.5 UNION ALL SELECT CAST(3 AS BIGINT)
----
{"a":1.0}
{"a":2.5}
{"a":3.0}
====
SELECT CAST(1 AS TINYINT) AS a UNION SELECT 1E0 UNION SELECT NULL
----
{"a":1.0}
{"a":null}
====
SELECT DATE '2020-01-01' AS a UNION ALL SELECT TIMESTAMP '2020-01-01 00:00:00'
----
error[SLU-2005]: column 1 has different types on the sides of UNION ALL
hint: CAST it on one side
====
SELECT 'a' AS a UNION ALL SELECT 'abc'
----
{"a":"a"}
{"a":"abc"}
====
VALUES (1, 'a'), ('b', 2)
----
error[SLU-2005]: the rows of VALUES differ in type
hint: a row of several columns stands in brackets: VALUES (1, 'a'), (2, 'b')
====
SELECT 1 AS a, 2 AS b UNION ALL SELECT 1
----
error[SLU-2006]: the sides of UNION ALL differ in their number of columns
hint: select as many columns on each side, in the same order
====
SELECT x FROM (VALUES (1),(2),(2),(NULL)) t(x) INTERSECT SELECT y FROM (VALUES (2),(NULL),(3)) u(y)
----
{"x":2}
{"x":null}
====
SELECT x FROM (VALUES (1),(2),(2),(1),(NULL)) t(x) EXCEPT SELECT y FROM (VALUES (2),(3)) u(y)
----
{"x":1}
{"x":null}
====
SELECT x FROM (VALUES (1),(2),(2),(1),(NULL)) t(x) EXCEPT ALL SELECT y FROM (VALUES (2),(3)) u(y)
----
{"x":1}
{"x":1}
{"x":2}
{"x":null}
====
SELECT 1 AS x INTERSECT SELECT 1.0
----
{"x":1.0}
====
SELECT x FROM (VALUES (1),(2),(3)) t(x) EXCEPT SELECT 1 EXCEPT SELECT 3
----
{"x":2}
====
CREATE SINK s (a INT NOT NULL, b STRING) WITH ('connector' = 'print'); INSERT INTO s SELECT NULL, 'x'
----
error[SLU-2010]: column 'a' of 's' is NOT NULL, but the query gives NULL
hint: give a value, or drop NOT NULL from the sink's column
====
CREATE SINK s (a INT NOT NULL, b STRING) WITH ('connector' = 'print'); INSERT INTO s SELECT CAST(NULL AS INT), 'x'
----
error[SLU-4002]: column 'a' of 's' is NOT NULL, but a row has NULL there
hint: filter such rows out, give a value with COALESCE, or drop NOT NULL
====
CREATE SINK s (a INT NOT NULL, b STRING) WITH ('connector' = 'print'); INSERT INTO s SELECT x, y FROM (VALUES (1, 'u'),(CAST(NULL AS INT), 'v')) t(x, y)
----
error[SLU-4002]: column 'a' of 's' is NOT NULL, but a row has NULL there
hint: filter such rows out, give a value with COALESCE, or drop NOT NULL
====
CREATE SINK s (a BIGINT NOT NULL, b STRING) WITH ('connector' = 'print'); INSERT INTO s SELECT x + 1, y FROM (VALUES (1, 'u'),(CAST(NULL AS INT), 'v')) t(x, y)
----
error[SLU-4002]: column 'a' of 's' is NOT NULL, but a row has NULL there
hint: filter such rows out, give a value with COALESCE, or drop NOT NULL
====
CREATE SINK s (a BIGINT NOT NULL, b STRING NOT NULL) WITH ('connector' = 'print'); INSERT INTO s (a) SELECT 1
----
error[SLU-2010]: column 'b' of 's' is NOT NULL but gets no value
====
CREATE SINK s (a BIGINT NOT NULL, b STRING) WITH ('connector' = 'print'); INSERT INTO s SELECT COALESCE(x, 0), y FROM (VALUES (1, 'u'),(CAST(NULL AS INT), 'v')) t(x, y)
----
+I[0, v]
+I[1, u]
====
SELECT x FROM (VALUES ('ab'),('b%'),(NULL)) t(x) WHERE x NOT IN ('ab', 'zz') OR x IS NULL
----
{"x":"b%"}
{"x":null}
====
SELECT x BETWEEN 2 AND 3 AS b, x NOT BETWEEN SYMMETRIC 3 AND 2 AS nb, x IS NOT DISTINCT FROM NULL AS n FROM (VALUES (1),(2),(NULL)) t(x)
----
{"b":false,"nb":true,"n":false}
{"b":null,"nb":null,"n":true}
{"b":true,"nb":false,"n":false}
====
SELECT x LIKE 'b!%' ESCAPE '!' AS a, x NOT LIKE 'a_' AS b, x ILIKE 'AB' AS c, x SIMILAR TO '(a|b)%' AS d, x NOT SIMILAR TO 'b%' AS e FROM (VALUES ('ab'),('b%'),(NULL)) t(x)
----
{"a":false,"b":false,"c":true,"d":true,"e":true}
{"a":null,"b":null,"c":null,"d":null,"e":null}
{"a":true,"b":true,"c":false,"d":true,"e":false}
