CREATE TABLE t (k STRING, a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["x", 1, "2024-01-01 00:00:01"], ["y", 2, "2024-01-01 00:00:02"], ["x", 3, "2024-01-01 00:00:04"], ["x", 4, "2024-01-01 00:00:12"], ["y", 5, "2024-01-01 00:00:11"], ["x", 6, "2024-01-01 00:00:17"], ["y", 7, "2024-01-01 00:00:31"], ["x", 8, "2024-01-01 00:00:03"], ["x", 9, null]]');
CREATE TABLE p (k STRING, a INT, proc AS PROCTIME()) WITH ('connector' = 'values', 'rows' = '[["x", 1], ["y", 2], ["x", 3]]');
CREATE VIEW v AS SELECT *, PROCTIME() AS p_time FROM t;
====
SELECT k, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE p, DESCRIPTOR(proc), INTERVAL '1' DAY)) GROUP BY k, window_start, window_end
----
{"k":"x","n":2}
{"k":"y","n":1}
====
SELECT k, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(p_time), INTERVAL '1' DAY)) GROUP BY k, window_start, window_end
----
{"k":"x","n":6}
{"k":"y","n":3}
====
SELECT k, COUNT(*) AS n FROM p GROUP BY k, TUMBLE(proc, INTERVAL '1' DAY)
----
{"k":"x","n":2}
{"k":"y","n":1}
====
SELECT COUNT(*) AS n FROM v GROUP BY SESSION(p_time, INTERVAL '1' HOUR)
----
{"n":9}
====
SELECT k, COUNT(*) AS n FROM (SELECT k, PROCTIME() AS p2 FROM t) GROUP BY k, TUMBLE(p2, INTERVAL '1' DAY)
----
{"k":"x","n":6}
{"k":"y","n":3}
====
SELECT CURRENT_WATERMARK(CAST('2020-01-01 00:00:00' AS TIMESTAMP(3))) AS w
----
{"w":null}
====
SELECT CURRENT_WATERMARK(x) AS w FROM (SELECT LOCALTIMESTAMP AS x FROM p)
----
error[SLU-2008]: CURRENT_WATERMARK needs a stream with a watermark, but 'p' declares none
hint: declare WATERMARK FOR column AS column - INTERVAL '5' SECOND
====
SELECT PROCTIME() > TIMESTAMP '2024-01-01 00:00:00' AS late_enough, COUNT(*) AS n FROM p GROUP BY PROCTIME() > TIMESTAMP '2024-01-01 00:00:00'
----
{"late_enough":true,"n":3}
