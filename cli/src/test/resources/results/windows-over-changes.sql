CREATE TABLE c (id INT, k STRING, v INT, ts TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts) WITH ('connector' = 'values', 'rows' = '[
  [1, "a", 1, "2024-01-01 00:00:08"], [2, "a", 2, "2024-01-01 00:00:33"], [1, "a", 3, "2024-01-01 00:00:38"], [3, "b", 4, "2024-01-01 00:00:58"], [2, "b", 5, "2024-01-01 00:00:04"], [4, null, 6, "2024-01-01 00:00:05"]]');
CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'values', 'rows' = '[
  ["a", 1, "2024-01-01 00:00:08"], ["a", 1, "2024-01-01 00:00:08"], ["b", 3, "2024-01-01 00:00:38"], ["a", 2, "2024-01-01 00:00:12"]]');
CREATE VIEW d AS SELECT DISTINCT k, v, ts FROM t;
====
-- changes that end are late nowhere: without EMIT
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(c, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:30.000","n":1,"s":3}
{"k":"b","window_start":"2024-01-01 00:00:00.000","n":1,"s":5}
{"k":"b","window_start":"2024-01-01 00:00:50.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":1,"s":6}
====
-- ON UPDATE
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(c, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:30.000","n":1,"s":3}
{"k":"b","window_start":"2024-01-01 00:00:00.000","n":1,"s":5}
{"k":"b","window_start":"2024-01-01 00:00:50.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":1,"s":6}
====
-- EVERY
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(c, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '0.001' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:30.000","n":1,"s":3}
{"k":"b","window_start":"2024-01-01 00:00:00.000","n":1,"s":5}
{"k":"b","window_start":"2024-01-01 00:00:50.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":1,"s":6}
====
SELECT k, window_end, COUNT(*) AS n FROM HOP(c, ts, INTERVAL '20' SECOND, INTERVAL '40' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_end":"2024-01-01 00:00:40.000","n":1}
{"k":"a","window_end":"2024-01-01 00:01:00.000","n":1}
{"k":"b","window_end":"2024-01-01 00:00:20.000","n":1}
{"k":"b","window_end":"2024-01-01 00:00:40.000","n":1}
{"k":"b","window_end":"2024-01-01 00:01:00.000","n":1}
{"k":"b","window_end":"2024-01-01 00:01:20.000","n":1}
{"k":null,"window_end":"2024-01-01 00:00:20.000","n":1}
{"k":null,"window_end":"2024-01-01 00:00:40.000","n":1}
====
SELECT k, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:38.000","window_end":"2024-01-01 00:00:48.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:04.000","window_end":"2024-01-01 00:00:14.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:58.000","window_end":"2024-01-01 00:01:08.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1}
====
SELECT k, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE c PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:38.000","window_end":"2024-01-01 00:00:48.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:04.000","window_end":"2024-01-01 00:00:14.000","n":1}
{"k":"b","window_start":"2024-01-01 00:00:58.000","window_end":"2024-01-01 00:01:08.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1}
====
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE c, ROWS 2)) GROUP BY window_start, window_end EMIT EVERY INTERVAL '0.001' SECOND
----
{"window_start":0,"n":2}
{"window_start":2,"n":2}
====
-- results that come at the end of the input are in time for windows behind them
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(d, ts, INTERVAL '10' SECOND) WHERE window_start >= TIMESTAMP '2000-01-01 00:00:00' GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","n":1,"s":1}
{"window_start":"2024-01-01 00:00:10.000","n":1,"s":2}
{"window_start":"2024-01-01 00:00:30.000","n":1,"s":3}
====
SELECT window_start, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(d, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end EMIT EVERY INTERVAL '1' HOUR
----
{"window_start":"2024-01-01 00:00:00.000","n":1,"s":1}
{"window_start":"2024-01-01 00:00:10.000","n":1,"s":2}
{"window_start":"2024-01-01 00:00:30.000","n":1,"s":3}
====
SELECT k, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE d PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:17.000","n":2}
{"k":"b","window_start":"2024-01-01 00:00:38.000","window_end":"2024-01-01 00:00:43.000","n":1}
====
-- sessions that are grouped by more than themselves, as changes
SELECT v, window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY v, window_start, window_end EMIT ON UPDATE
----
{"v":1,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:13.000","n":2}
{"v":3,"window_start":"2024-01-01 00:00:38.000","window_end":"2024-01-01 00:00:43.000","n":1}
