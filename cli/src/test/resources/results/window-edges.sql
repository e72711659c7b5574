CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", 1, "2024-01-01 00:00:08"], ["a", 2, "2024-01-01 00:00:03"], ["a", 3, "2024-01-01 00:00:08"], [null, 4, "2024-01-01 00:00:08"], [null, 5, "2024-01-01 00:00:04"],
  ["b", 6, null], ["a", 7, "2024-01-01 00:00:30"], ["a", 8, "2024-01-01 00:00:09"], [null, 9, "2024-01-01 00:00:24"], ["b", 10, "2024-01-01 00:00:30"]]');
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'values', 'rows' = '[]');
CREATE TABLE n (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'values', 'rows' = '[["a", 1, null], [null, 2, null]]');
CREATE TABLE c (id INT, k STRING, v INT, ts TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'values', 'rows' = '[
  [1, "a", 1, "2024-01-01 00:00:08"], [2, "a", 2, "2024-01-01 00:00:03"], [1, "a", 3, "2024-01-01 00:00:18"], [3, null, 4, "2024-01-01 00:00:08"], [3, null, 5, "2024-01-01 00:00:04"], [2, "b", 2, "2024-01-01 00:00:03"]]');
====
-- a late row in several grouping sets
SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, CUBE(k)
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","n":3}
{"k":"a","window_start":"2024-01-01 00:00:30.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:30.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":2}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":5}
{"k":null,"window_start":"2024-01-01 00:00:20.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:20.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:30.000","n":2}
====
-- WHERE leaves no row of a session
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) FILTER (WHERE v > 2) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) WHERE v IN (2, 9) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":null}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":9}
====
-- no rows
SELECT window_start, COUNT(*) AS n FROM TUMBLE(e, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end
----

====
SELECT window_start, COUNT(*) AS n FROM HOP(e, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end EMIT ON UPDATE
----

====
SELECT window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end EMIT ON UPDATE
----

====
-- no row with a time
SELECT window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE n, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end
----

====
SELECT window_start, COUNT(*) AS n FROM TUMBLE(n, ROWS 1) GROUP BY window_start
----

====
-- rows that are updated and leave their window
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(c, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:10.000","n":1,"s":3}
{"k":"b","window_start":"2024-01-01 00:00:00.000","n":1,"s":2}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":1,"s":5}
====
SELECT k, window_start, COUNT(*) AS n, MAX(v) AS m FROM HOP(c, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:10.000","n":1,"m":3}
{"k":"a","window_start":"2024-01-01 00:00:15.000","n":1,"m":3}
{"k":"b","window_start":"2023-12-31 23:59:55.000","n":1,"m":2}
{"k":"b","window_start":"2024-01-01 00:00:00.000","n":1,"m":2}
{"k":null,"window_start":"2023-12-31 23:59:55.000","n":1,"m":5}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":1,"m":5}
====
SELECT a.k, b.k, b.k AS k0 FROM t a JOIN t b ON a.v = b.v WHERE a.v < 3
----
{"k":"a","k0":"a","k00":"a"}
{"k":"a","k0":"a","k00":"a"}
