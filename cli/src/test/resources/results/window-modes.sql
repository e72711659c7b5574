CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", 1, "2024-01-01 00:00:08"], ["a", 2, "2024-01-01 00:00:03"], ["a", 3, "2024-01-01 00:00:08"], [null, 4, "2024-01-01 00:00:08"],
  ["b", 5, null], ["a", 6, "2024-01-01 00:00:30"], ["a", 7, "2024-01-01 00:00:09"], [null, 8, "2024-01-01 00:00:24"]]');
====
-- TUMBLE, emit on window close
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- TUMBLE, emit on window close, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- TUMBLE, emit every interval '1' second
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- TUMBLE, emit every interval '1' second, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- TUMBLE, emit on update
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- TUMBLE, emit on update, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit on window close
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":2,"s":4}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit on window close, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":3,"s":11}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:15.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit every interval '1' second
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":2,"s":4}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit every interval '1' second, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":3,"s":11}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:15.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit on update
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":2,"s":4}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- HOP, emit on update, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":3,"s":11}
{"k":"a","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:15.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit on window close
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit on window close, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit every interval '1' second
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit every interval '1' second, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit on update
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- CUMULATE, emit on update, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:05.000","n":1,"s":2}
{"k":"a","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:35.000","n":1,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:25.000","n":1,"s":8}
{"k":null,"window_start":"2024-01-01 00:00:20.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit on window close
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:14.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit on window close, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:15.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit every interval '1' second
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:14.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit every interval '1' second, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:15.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit on update
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:14.000","n":3,"s":6}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- SESSION, emit on update, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","window_start":"2024-01-01 00:00:03.000","window_end":"2024-01-01 00:00:15.000","n":4,"s":13}
{"k":"a","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:36.000","n":1,"s":6}
{"k":null,"window_start":"2024-01-01 00:00:08.000","window_end":"2024-01-01 00:00:14.000","n":1,"s":4}
{"k":null,"window_start":"2024-01-01 00:00:24.000","window_end":"2024-01-01 00:00:30.000","n":1,"s":8}
====
-- rows, emit on window close
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2)) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE
----
{"k":"a","window_start":0,"window_end":2,"n":2,"s":3}
{"k":"a","window_start":2,"window_end":4,"n":2,"s":10}
{"k":"a","window_start":4,"window_end":6,"n":1,"s":6}
{"k":null,"window_start":0,"window_end":2,"n":2,"s":12}
====
-- rows, emit on window close, with lateness
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2)) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOWED LATENESS INTERVAL '20' SECOND
----
error[SLU-2007]: ALLOWED LATENESS and LATE ROWS TO are for windows over time, not over a number of rows
hint: leave the clause out; the watermark's own delay makes rows wait as well
====
-- rows, emit every interval '1' second
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2)) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","window_start":0,"window_end":2,"n":2,"s":3}
{"k":"a","window_start":2,"window_end":4,"n":2,"s":10}
{"k":"a","window_start":4,"window_end":6,"n":1,"s":6}
{"k":null,"window_start":0,"window_end":2,"n":2,"s":12}
====
-- rows, emit on update
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2)) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_start":0,"window_end":2,"n":2,"s":3}
{"k":"a","window_start":2,"window_end":4,"n":2,"s":10}
{"k":"a","window_start":4,"window_end":6,"n":1,"s":6}
{"k":null,"window_start":0,"window_end":2,"n":2,"s":12}
====
-- the group function TUMBLE, emit every interval '1' second, with lateness
SELECT k, TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2024-01-01 00:00:00.000","n":4}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:00.000","n":1}
{"k":null,"w":"2024-01-01 00:00:20.000","n":1}
====
-- the group function TUMBLE, emit on update, with lateness
SELECT k, TUMBLE_START(ts, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2024-01-01 00:00:00.000","n":4}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:00.000","n":1}
{"k":null,"w":"2024-01-01 00:00:20.000","n":1}
====
-- the group function HOP, emit every interval '1' second, with lateness
SELECT k, HOP_START(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2023-12-31 23:59:55.000","n":1}
{"k":"a","w":"2024-01-01 00:00:00.000","n":4}
{"k":"a","w":"2024-01-01 00:00:05.000","n":3}
{"k":"a","w":"2024-01-01 00:00:25.000","n":1}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:00.000","n":1}
{"k":null,"w":"2024-01-01 00:00:05.000","n":1}
{"k":null,"w":"2024-01-01 00:00:15.000","n":1}
{"k":null,"w":"2024-01-01 00:00:20.000","n":1}
====
-- the group function HOP, emit on update, with lateness
SELECT k, HOP_START(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2023-12-31 23:59:55.000","n":1}
{"k":"a","w":"2024-01-01 00:00:00.000","n":4}
{"k":"a","w":"2024-01-01 00:00:05.000","n":3}
{"k":"a","w":"2024-01-01 00:00:25.000","n":1}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:00.000","n":1}
{"k":null,"w":"2024-01-01 00:00:05.000","n":1}
{"k":null,"w":"2024-01-01 00:00:15.000","n":1}
{"k":null,"w":"2024-01-01 00:00:20.000","n":1}
====
-- the group function SESSION, emit every interval '1' second, with lateness
SELECT k, SESSION_START(ts, INTERVAL '6' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, SESSION(ts, INTERVAL '6' SECOND) EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2024-01-01 00:00:03.000","n":4}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:08.000","n":1}
{"k":null,"w":"2024-01-01 00:00:24.000","n":1}
====
-- the group function SESSION, emit on update, with lateness
SELECT k, SESSION_START(ts, INTERVAL '6' SECOND) AS w, COUNT(*) AS n FROM t GROUP BY k, SESSION(ts, INTERVAL '6' SECOND) EMIT ON UPDATE ALLOWED LATENESS INTERVAL '20' SECOND
----
{"k":"a","w":"2024-01-01 00:00:03.000","n":4}
{"k":"a","w":"2024-01-01 00:00:30.000","n":1}
{"k":null,"w":"2024-01-01 00:00:08.000","n":1}
{"k":null,"w":"2024-01-01 00:00:24.000","n":1}
====
-- no window, emit on window close
SELECT k, COUNT(*) AS n, SUM(v) AS s FROM t GROUP BY k EMIT ON WINDOW CLOSE
----
{"k":"a","n":5,"s":19}
{"k":"b","n":1,"s":5}
{"k":null,"n":2,"s":12}
====
-- no window, emit every interval '1' second
SELECT k, COUNT(*) AS n, SUM(v) AS s FROM t GROUP BY k EMIT EVERY INTERVAL '1' SECOND
----
{"k":"a","n":5,"s":19}
{"k":"b","n":1,"s":5}
{"k":null,"n":2,"s":12}
====
-- no window, emit on update
SELECT k, COUNT(*) AS n, SUM(v) AS s FROM t GROUP BY k EMIT ON UPDATE
----
{"k":"a","n":5,"s":19}
{"k":"b","n":1,"s":5}
{"k":null,"n":2,"s":12}
