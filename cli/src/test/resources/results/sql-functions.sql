SET 'batch.linger' = '5 ms';
====
CREATE FUNCTION double_it(x INT) RETURNS BIGINT AS 'x * 2'; SELECT double_it(4) AS d, Double_It(x + 1) AS e FROM (VALUES (1),(NULL)) t(x)
----
{"d":8,"e":4}
{"d":8,"e":null}
====
CREATE FUNCTION a1(x INT) RETURNS INT AS 'x + 1'; CREATE FUNCTION a2(x INT, y STRING) RETURNS STRING AS 'UPPER(y) || CAST(a1(x) AS STRING)'; SELECT a2(a1(1), 'q') AS r
----
{"r":"Q3"}
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x + y'; SELECT 1
----
error[SLU-2003]: unknown column 'y'
hint: DESCRIBE shows a table's columns
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x +'; SELECT 1
----
error[SLU-1001]: 'x +' is no expression for function g
====
CREATE FUNCTION upper(x INT) RETURNS INT AS 'x'; SELECT 1
----
error[SLU-1001]: unexpected 'upper'
hint: 'upper' is a reserved word: as a name write it `upper`
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'g(x)'; SELECT 1
----
error[SLU-2004]: no function G(NUMERIC)
hint: did you mean 'E'?
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x'; SELECT g(1, 2)
----
error[SLU-2004]: g takes 1 arguments, not 2
hint: it is g(x INTEGER) RETURNS INTEGER
====
CREATE FUNCTION g(x INT, X INT) RETURNS INT AS 'x'; SELECT g(1, 2)
----
error[SLU-2002]: parameter 'X' is declared twice
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x'; CREATE FUNCTION g(x INT) RETURNS INT AS 'x'
----
error[SLU-2002]: function 'g' exists already
hint: use CREATE OR REPLACE, or IF NOT EXISTS
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x'; CREATE OR REPLACE FUNCTION g(x INT) RETURNS INT AS 'x + 1'; CREATE FUNCTION IF NOT EXISTS g(x INT) RETURNS INT AS '0'; SELECT g(1) AS g
----
{"g":2}
====
CREATE FUNCTION g() RETURNS DOUBLE AS 'PI()'; SELECT g() > 3 AS g; DROP FUNCTION g; DROP FUNCTION IF EXISTS g; DROP FUNCTION g
----
error[SLU-2001]: there is no function 'g' to drop
hint: use DROP FUNCTION IF EXISTS …
====
CREATE FUNCTION g(r ROW<a INT, b STRING>, l ARRAY<INT>) RETURNS INT AS 'r.a + l[1]'; SELECT g(ROW(1, 'x'), ARRAY[5]) AS g
----
{"g":6}
====
CREATE FUNCTION g(x INT) RETURNS INT AS 'x + 1'; CREATE TABLE t (a INT, b AS g(a)) WITH ('connector'='values','rows'='[[1],[2]]'); CREATE VIEW v AS SELECT g(b) AS c FROM t; SELECT c, SUM(g(c)) AS s FROM v GROUP BY c HAVING SUM(g(c)) > 3
----
{"c":3,"s":4}
{"c":4,"s":5}
====
CREATE FUNCTION g(s STRING) RETURNS INT AS 'CHAR_LENGTH(s)'; SELECT g(s) AS n, COUNT(*) AS c FROM (VALUES ('a'),('bb'),('c')) t(s) GROUP BY g(s)
----
{"n":1,"c":2}
{"n":2,"c":1}
====
CREATE FUNCTION f AS 'com.example.F'; SELECT 1
----
error[SLU-2001]: there is no class com.example.F on the class path
hint: name the jar it is in: USING JAR 'path/to.jar'
====
SELECT nope(1)
----
error[SLU-2004]: no function NOPE(NUMERIC)
hint: SHOW FUNCTIONS lists them
