CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", 3, "2024-01-01 00:00:01"], ["a", 2, "2024-01-01 00:00:12"], ["b", 9, "2024-01-01 00:00:08"], ["a", 7, "2024-01-01 00:00:31"], ["b", 9, "2024-01-01 00:00:40"], [null, 1, "2024-01-01 00:00:41"], [null, 2, "2024-01-01 00:00:02"]]');
CREATE TABLE u (k STRING, v INT, seen TIMESTAMP(3), WATERMARK FOR seen AS seen - INTERVAL '5' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", 10, "2024-01-01 00:00:03"], ["b", 20, "2024-01-01 00:00:10"], ["a", 30, "2024-01-01 00:00:33"], ["c", 40, "2024-01-01 00:00:50"]]');
CREATE TABLE c (id INT, k STRING, v INT, ts TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE) WITH ('connector' = 'values', 'rows' = '[
  [1, "a", 1, "2024-01-01 00:00:08"], [2, "a", 2, "2024-01-01 00:00:03"], [1, "a", 3, "2024-01-01 00:00:18"], [3, null, 4, "2024-01-01 00:00:08"], [3, null, 5, "2024-01-01 00:00:04"], [2, "b", 2, "2024-01-01 00:00:03"]]');
CREATE VIEW dearest AS SELECT k, v, ts FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) = 1;
CREATE VIEW latest AS SELECT k, v, ts FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1;
CREATE VIEW earliest AS SELECT k, v, ts FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1;
CREATE VIEW near AS SELECT t.k, t.ts, u.seen FROM t JOIN u ON t.k = u.k AND u.seen BETWEEN t.ts - INTERVAL '4' SECOND AND t.ts + INTERVAL '4' SECOND;
CREATE SINK nowhere WITH ('connector' = 'blackhole');
CREATE SINK late WITH ('connector' = 'print');
====
-- a row that is replaced long after its window has passed leaves it
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(dearest, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","n":2,"s":11}
{"window_start":"2024-01-01 00:00:30.000","n":1,"s":7}
====
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(dearest, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":"2024-01-01 00:00:00.000","n":2,"s":11}
{"window_start":"2024-01-01 00:00:30.000","n":1,"s":7}
====
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM HOP(latest, ts, INTERVAL '10' SECOND, INTERVAL '20' SECOND) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":"2024-01-01 00:00:20.000","n":1,"s":7}
{"window_start":"2024-01-01 00:00:30.000","n":3,"s":17}
{"window_start":"2024-01-01 00:00:40.000","n":2,"s":10}
====
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(earliest, ts, INTERVAL '10' SECOND, INTERVAL '20' SECOND) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":14}
{"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:20.000","n":3,"s":14}
====
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE latest, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:31.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":7}
{"window_start":"2024-01-01 00:00:40.000","window_end":"2024-01-01 00:00:46.000","n":2,"s":10}
====
SELECT window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE latest, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":"2024-01-01 00:00:31.000","n":1}
{"window_start":"2024-01-01 00:00:40.000","n":2}
====
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(latest, ROWS 2) GROUP BY window_start, window_end
----
{"window_start":0,"n":2,"s":16}
{"window_start":2,"n":1,"s":1}
====
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(latest, ROWS 2) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":0,"n":2,"s":16}
{"window_start":2,"n":1,"s":1}
====
-- the group function
SELECT k, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e, COUNT(*) AS n FROM dearest GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON UPDATE
----
{"k":"a","e":"2024-01-01 00:00:40.000","n":1}
{"k":"b","e":"2024-01-01 00:00:10.000","n":1}
{"k":null,"e":"2024-01-01 00:00:10.000","n":1}
====
-- DISTINCT, a join without a bound of time, a set operation
SELECT TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM (SELECT DISTINCT k, ts FROM t) GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":3}
{"w":"2024-01-01 00:00:10.000","n":1}
{"w":"2024-01-01 00:00:30.000","n":1}
{"w":"2024-01-01 00:00:40.000","n":2}
====
SELECT TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM (SELECT t.k, t.ts FROM t JOIN u ON t.k = u.k) GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":3}
{"w":"2024-01-01 00:00:10.000","n":2}
{"w":"2024-01-01 00:00:30.000","n":2}
{"w":"2024-01-01 00:00:40.000","n":1}
====
SELECT TUMBLE_START(seen, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM (SELECT t.k, u.seen FROM t LEFT JOIN u ON t.k = u.k) GROUP BY TUMBLE(seen, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":3}
{"w":"2024-01-01 00:00:10.000","n":2}
{"w":"2024-01-01 00:00:30.000","n":3}
====
SELECT TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM (SELECT k, ts FROM t EXCEPT SELECT k, seen FROM u) GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":3}
{"w":"2024-01-01 00:00:10.000","n":1}
{"w":"2024-01-01 00:00:30.000","n":1}
{"w":"2024-01-01 00:00:40.000","n":2}
====
-- an interval join, by either side's time
SELECT TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM near GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":2}
{"w":"2024-01-01 00:00:30.000","n":1}
====
SELECT TUMBLE_START(seen, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM near GROUP BY TUMBLE(seen, INTERVAL '10' SECOND)
----
{"w":"2024-01-01 00:00:00.000","n":1}
{"w":"2024-01-01 00:00:10.000","n":1}
{"w":"2024-01-01 00:00:30.000","n":1}
====
-- a join of windows, grouped by the other side's
SELECT b.window_start AS w, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) a JOIN TUMBLE(u, seen, INTERVAL '10' SECOND) b ON a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end GROUP BY b.window_start, b.window_end
----
{"w":"2024-01-01 00:00:00.000","n":1}
{"w":"2024-01-01 00:00:30.000","n":1}
====
-- what never was event time
SELECT TUMBLE_START(m, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM (SELECT k, MAX(ts) AS m FROM t GROUP BY k) GROUP BY TUMBLE(m, INTERVAL '10' SECOND)
----
error[SLU-2009]: TUMBLE needs an event-time column, but its input has no watermark
hint: declare WATERMARK FOR column AS column - INTERVAL '5' SECOND on the stream, and window by that column
====
-- sessions of a table that changes: the last rows of the keys
SELECT k, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:18.000","window_end":"2024-01-01 00:00:28.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:13.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:04.000","window_end":"2024-01-01 00:00:14.000","n":1}
====
SELECT k, SESSION_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM c GROUP BY k, SESSION(ts, INTERVAL '10' SECOND) EMIT ON UPDATE
----
{"k":"a","w":"2024-01-01 00:00:18.000","n":1}
{"k":"b","w":"2024-01-01 00:00:03.000","n":1}
{"k":null,"w":"2024-01-01 00:00:04.000","n":1}
====
-- a late row counts once, however many grouping sets; the sink of late rows takes the stream's columns
INSERT INTO nowhere SELECT k, TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY GROUPING SETS ((k, TUMBLE(ts, INTERVAL '10' SECOND)), (TUMBLE(ts, INTERVAL '10' SECOND))) LATE ROWS TO late
----
+I[null, 2, 2024-01-01 00:00:02.000]
====
SELECT k, TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e, GROUPING(k) AS g, COUNT(*) AS n FROM t GROUP BY TUMBLE(ts, INTERVAL '10' SECOND), ROLLUP (k)
----
{"k":"a","w":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","g":0,"n":1}
{"k":"a","w":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","g":0,"n":1}
{"k":"a","w":"2024-01-01 00:00:30.000","e":"2024-01-01 00:00:40.000","g":0,"n":1}
{"k":"b","w":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","g":0,"n":1}
{"k":"b","w":"2024-01-01 00:00:40.000","e":"2024-01-01 00:00:50.000","g":0,"n":1}
{"k":null,"w":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","g":1,"n":2}
{"k":null,"w":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","g":1,"n":1}
{"k":null,"w":"2024-01-01 00:00:30.000","e":"2024-01-01 00:00:40.000","g":1,"n":1}
{"k":null,"w":"2024-01-01 00:00:40.000","e":"2024-01-01 00:00:50.000","g":0,"n":1}
{"k":null,"w":"2024-01-01 00:00:40.000","e":"2024-01-01 00:00:50.000","g":1,"n":2}
====
SELECT k, HOP_START(ts, INTERVAL '10' SECOND, INTERVAL '20' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY HOP(ts, INTERVAL '10' SECOND, INTERVAL '20' SECOND), CUBE (k) EMIT ON UPDATE
----
{"k":"a","w":"2023-12-31 23:59:50.000","n":1}
{"k":"a","w":"2024-01-01 00:00:00.000","n":2}
{"k":"a","w":"2024-01-01 00:00:10.000","n":1}
{"k":"a","w":"2024-01-01 00:00:20.000","n":1}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":"b","w":"2023-12-31 23:59:50.000","n":1}
{"k":"b","w":"2024-01-01 00:00:00.000","n":1}
{"k":"b","w":"2024-01-01 00:00:30.000","n":1}
{"k":"b","w":"2024-01-01 00:00:40.000","n":1}
{"k":null,"w":"2023-12-31 23:59:50.000","n":2}
{"k":null,"w":"2024-01-01 00:00:00.000","n":3}
{"k":null,"w":"2024-01-01 00:00:10.000","n":1}
{"k":null,"w":"2024-01-01 00:00:20.000","n":1}
{"k":null,"w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:30.000","n":3}
{"k":null,"w":"2024-01-01 00:00:40.000","n":1}
{"k":null,"w":"2024-01-01 00:00:40.000","n":2}
====
INSERT INTO nowhere SELECT k, window_start, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end LATE ROWS TO late
----
+I[null, 2, 2024-01-01 00:00:02.000]
