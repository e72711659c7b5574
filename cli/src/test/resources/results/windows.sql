CREATE TABLE t (k STRING, a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["x", 1, "2024-01-01 00:00:01"], ["y", 2, "2024-01-01 00:00:02"], ["x", 3, "2024-01-01 00:00:04"], ["x", 4, "2024-01-01 00:00:12"], ["y", 5, "2024-01-01 00:00:11"], ["x", 6, "2024-01-01 00:00:17"], ["y", 7, "2024-01-01 00:00:31"], ["x", 8, "2024-01-01 00:00:03"], ["x", 9, null]]');
====
SELECT a, window_start, window_end, window_time FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
----
{"a":1,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"a":2,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"a":3,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"a":4,"window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"a":5,"window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"a":6,"window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"a":7,"window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","window_time":"2024-01-01 00:00:39.999"}
{"a":8,"window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
====
SELECT * FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
----
{"k":"x","a":1,"ts":"2024-01-01 00:00:01.000","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","window_time":"2024-01-01 00:00:04.999"}
{"k":"x","a":1,"ts":"2024-01-01 00:00:01.000","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"k":"x","a":3,"ts":"2024-01-01 00:00:04.000","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","window_time":"2024-01-01 00:00:04.999"}
{"k":"x","a":3,"ts":"2024-01-01 00:00:04.000","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"k":"x","a":4,"ts":"2024-01-01 00:00:12.000","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","window_time":"2024-01-01 00:00:14.999"}
{"k":"x","a":4,"ts":"2024-01-01 00:00:12.000","window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"k":"x","a":6,"ts":"2024-01-01 00:00:17.000","window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"k":"x","a":6,"ts":"2024-01-01 00:00:17.000","window_start":"2024-01-01 00:00:15.000","window_end":"2024-01-01 00:00:25.000","window_time":"2024-01-01 00:00:24.999"}
{"k":"x","a":8,"ts":"2024-01-01 00:00:03.000","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","window_time":"2024-01-01 00:00:04.999"}
{"k":"x","a":8,"ts":"2024-01-01 00:00:03.000","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"k":"y","a":2,"ts":"2024-01-01 00:00:02.000","window_start":"2023-12-31 23:59:55.000","window_end":"2024-01-01 00:00:05.000","window_time":"2024-01-01 00:00:04.999"}
{"k":"y","a":2,"ts":"2024-01-01 00:00:02.000","window_start":"2024-01-01 00:00:00.000","window_end":"2024-01-01 00:00:10.000","window_time":"2024-01-01 00:00:09.999"}
{"k":"y","a":5,"ts":"2024-01-01 00:00:11.000","window_start":"2024-01-01 00:00:05.000","window_end":"2024-01-01 00:00:15.000","window_time":"2024-01-01 00:00:14.999"}
{"k":"y","a":5,"ts":"2024-01-01 00:00:11.000","window_start":"2024-01-01 00:00:10.000","window_end":"2024-01-01 00:00:20.000","window_time":"2024-01-01 00:00:19.999"}
{"k":"y","a":7,"ts":"2024-01-01 00:00:31.000","window_start":"2024-01-01 00:00:25.000","window_end":"2024-01-01 00:00:35.000","window_time":"2024-01-01 00:00:34.999"}
{"k":"y","a":7,"ts":"2024-01-01 00:00:31.000","window_start":"2024-01-01 00:00:30.000","window_end":"2024-01-01 00:00:40.000","window_time":"2024-01-01 00:00:39.999"}
====
SELECT a FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
----
{"a":1}
{"a":1}
{"a":2}
{"a":2}
{"a":3}
{"a":3}
{"a":4}
{"a":4}
{"a":5}
{"a":5}
{"a":6}
{"a":6}
{"a":7}
{"a":7}
{"a":8}
{"a":8}
====
SELECT window_start, COUNT(*) AS n FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) WHERE window_start >= TIMESTAMP '2024-01-01 00:00:05' GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:05.000","n":2}
{"window_start":"2024-01-01 00:00:10.000","n":3}
{"window_start":"2024-01-01 00:00:15.000","n":1}
{"window_start":"2024-01-01 00:00:25.000","n":1}
{"window_start":"2024-01-01 00:00:30.000","n":1}
====
SELECT window_start, MAX(window_end) AS m, COUNT(*) FILTER (WHERE ts < window_start + INTERVAL '5' SECOND) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","m":"2024-01-01 00:00:10.000","n":3}
{"window_start":"2024-01-01 00:00:10.000","m":"2024-01-01 00:00:20.000","n":2}
{"window_start":"2024-01-01 00:00:30.000","m":"2024-01-01 00:00:40.000","n":1}
====
SELECT EXTRACT(MINUTE FROM window_start) AS mi, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY EXTRACT(MINUTE FROM window_start)
----
{"mi":0,"n":8}
====
SELECT COUNT(*) AS n FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
----
{"n":16}
====
SELECT k, window_start, window_end, window_time, COUNT(*) AS n, LISTAGG(CAST(a AS VARCHAR)) AS l FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end, window_time
----
{"k":"x","window_start":"2024-01-01 00:00:01.000","window_end":"2024-01-01 00:00:09.000","window_time":"2024-01-01 00:00:08.999","n":2,"l":"1,3"}
{"k":"x","window_start":"2024-01-01 00:00:12.000","window_end":"2024-01-01 00:00:22.000","window_time":"2024-01-01 00:00:21.999","n":2,"l":"4,6"}
{"k":"y","window_start":"2024-01-01 00:00:02.000","window_end":"2024-01-01 00:00:07.000","window_time":"2024-01-01 00:00:06.999","n":1,"l":"2"}
{"k":"y","window_start":"2024-01-01 00:00:11.000","window_end":"2024-01-01 00:00:16.000","window_time":"2024-01-01 00:00:15.999","n":1,"l":"5"}
{"k":"y","window_start":"2024-01-01 00:00:31.000","window_end":"2024-01-01 00:00:36.000","window_time":"2024-01-01 00:00:35.999","n":1,"l":"7"}
====
SELECT k, SESSION_START(ts, INTERVAL '5' SECOND) AS s, SESSION_END(ts, INTERVAL '5' SECOND) AS e, SESSION_ROWTIME(ts, INTERVAL '5' SECOND) AS r, COUNT(*) AS n FROM t GROUP BY k, SESSION(ts, INTERVAL '5' SECOND)
----
{"k":"x","s":"2024-01-01 00:00:01.000","e":"2024-01-01 00:00:09.000","r":"2024-01-01 00:00:08.999","n":2}
{"k":"x","s":"2024-01-01 00:00:12.000","e":"2024-01-01 00:00:22.000","r":"2024-01-01 00:00:21.999","n":2}
{"k":"y","s":"2024-01-01 00:00:02.000","e":"2024-01-01 00:00:07.000","r":"2024-01-01 00:00:06.999","n":1}
{"k":"y","s":"2024-01-01 00:00:11.000","e":"2024-01-01 00:00:16.000","r":"2024-01-01 00:00:15.999","n":1}
{"k":"y","s":"2024-01-01 00:00:31.000","e":"2024-01-01 00:00:36.000","r":"2024-01-01 00:00:35.999","n":1}
====
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:01.000","window_end":"2024-01-01 00:00:09.000","n":3}
{"window_start":"2024-01-01 00:00:11.000","window_end":"2024-01-01 00:00:22.000","n":3}
{"window_start":"2024-01-01 00:00:31.000","window_end":"2024-01-01 00:00:36.000","n":1}
====
SELECT * FROM TABLE(SESSION(DATA => TABLE t PARTITION BY k, TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '5' SECOND))
----
{"k":"x","a":1,"ts":"2024-01-01 00:00:01.000","window_start":"2024-01-01 00:00:01.000","window_end":"2024-01-01 00:00:09.000","window_time":"2024-01-01 00:00:08.999"}
{"k":"x","a":3,"ts":"2024-01-01 00:00:04.000","window_start":"2024-01-01 00:00:01.000","window_end":"2024-01-01 00:00:09.000","window_time":"2024-01-01 00:00:08.999"}
{"k":"x","a":4,"ts":"2024-01-01 00:00:12.000","window_start":"2024-01-01 00:00:12.000","window_end":"2024-01-01 00:00:22.000","window_time":"2024-01-01 00:00:21.999"}
{"k":"x","a":6,"ts":"2024-01-01 00:00:17.000","window_start":"2024-01-01 00:00:12.000","window_end":"2024-01-01 00:00:22.000","window_time":"2024-01-01 00:00:21.999"}
{"k":"y","a":2,"ts":"2024-01-01 00:00:02.000","window_start":"2024-01-01 00:00:02.000","window_end":"2024-01-01 00:00:07.000","window_time":"2024-01-01 00:00:06.999"}
{"k":"y","a":5,"ts":"2024-01-01 00:00:11.000","window_start":"2024-01-01 00:00:11.000","window_end":"2024-01-01 00:00:16.000","window_time":"2024-01-01 00:00:15.999"}
{"k":"y","a":7,"ts":"2024-01-01 00:00:31.000","window_start":"2024-01-01 00:00:31.000","window_end":"2024-01-01 00:00:36.000","window_time":"2024-01-01 00:00:35.999"}
====
SELECT k, window_start, GROUPING(k) AS g, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, ROLLUP(k)
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","g":0,"n":2}
{"k":"x","window_start":"2024-01-01 00:00:10.000","g":0,"n":2}
{"k":"y","window_start":"2024-01-01 00:00:00.000","g":0,"n":1}
{"k":"y","window_start":"2024-01-01 00:00:10.000","g":0,"n":1}
{"k":"y","window_start":"2024-01-01 00:00:30.000","g":0,"n":1}
{"k":null,"window_start":"2024-01-01 00:00:00.000","g":1,"n":3}
{"k":null,"window_start":"2024-01-01 00:00:10.000","g":1,"n":3}
{"k":null,"window_start":"2024-01-01 00:00:30.000","g":1,"n":1}
====
SELECT k, a, GROUPING_ID(k, a) AS g, COUNT(*) AS n FROM t GROUP BY CUBE(k, a)
----
{"k":"x","a":1,"g":0,"n":1}
{"k":"x","a":3,"g":0,"n":1}
{"k":"x","a":4,"g":0,"n":1}
{"k":"x","a":6,"g":0,"n":1}
{"k":"x","a":8,"g":0,"n":1}
{"k":"x","a":9,"g":0,"n":1}
{"k":"x","a":null,"g":1,"n":6}
{"k":"y","a":2,"g":0,"n":1}
{"k":"y","a":5,"g":0,"n":1}
{"k":"y","a":7,"g":0,"n":1}
{"k":"y","a":null,"g":1,"n":3}
{"k":null,"a":1,"g":2,"n":1}
{"k":null,"a":2,"g":2,"n":1}
{"k":null,"a":3,"g":2,"n":1}
{"k":null,"a":4,"g":2,"n":1}
{"k":null,"a":5,"g":2,"n":1}
{"k":null,"a":6,"g":2,"n":1}
{"k":null,"a":7,"g":2,"n":1}
{"k":null,"a":8,"g":2,"n":1}
{"k":null,"a":9,"g":2,"n":1}
{"k":null,"a":null,"g":3,"n":9}
====
SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY GROUPING SETS ((k), (window_start, window_end), (k, window_start, window_end))
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","n":3}
{"k":"x","window_start":"2024-01-01 00:00:10.000","n":2}
{"k":"x","window_start":null,"n":5}
{"k":"y","window_start":"2024-01-01 00:00:00.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:10.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:30.000","n":1}
{"k":"y","window_start":null,"n":3}
{"k":null,"window_start":"2024-01-01 00:00:00.000","n":4}
{"k":null,"window_start":"2024-01-01 00:00:10.000","n":3}
{"k":null,"window_start":"2024-01-01 00:00:30.000","n":1}
====
SELECT ws, MAX(n) AS m FROM (SELECT k, window_start AS ws, window_end AS we, COUNT(*) AS n FROM HOP(t, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end) GROUP BY ws, we
----
{"ws":"2023-12-31 23:59:55.000","m":2}
{"ws":"2024-01-01 00:00:00.000","m":2}
{"ws":"2024-01-01 00:00:05.000","m":1}
{"ws":"2024-01-01 00:00:10.000","m":2}
{"ws":"2024-01-01 00:00:15.000","m":1}
{"ws":"2024-01-01 00:00:25.000","m":1}
{"ws":"2024-01-01 00:00:30.000","m":1}
====
SELECT window_start, SUM(n) AS m FROM TABLE(TUMBLE((SELECT k, window_time AS wt, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '5' SECOND) GROUP BY k, window_start, window_end, window_time), DESCRIPTOR(wt), INTERVAL '20' SECOND)) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","m":6}
{"window_start":"2024-01-01 00:00:20.000","m":1}
====
SELECT SESSION_END(ts, INTERVAL '5' SECOND) AS e FROM t
----
error[SLU-2009]: SESSION_END needs GROUP BY SESSION of the same
hint: of a window table function it is the column window_end or window_time
====
SELECT k, HOP_START(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS s, HOP_END(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS e, COUNT(*) AS n FROM t GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
----
{"k":"x","s":"2023-12-31 23:59:55.000","e":"2024-01-01 00:00:05.000","n":2}
{"k":"x","s":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","n":2}
{"k":"x","s":"2024-01-01 00:00:05.000","e":"2024-01-01 00:00:15.000","n":1}
{"k":"x","s":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","n":2}
{"k":"x","s":"2024-01-01 00:00:15.000","e":"2024-01-01 00:00:25.000","n":1}
{"k":"y","s":"2023-12-31 23:59:55.000","e":"2024-01-01 00:00:05.000","n":1}
{"k":"y","s":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","n":1}
{"k":"y","s":"2024-01-01 00:00:05.000","e":"2024-01-01 00:00:15.000","n":1}
{"k":"y","s":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","n":1}
{"k":"y","s":"2024-01-01 00:00:25.000","e":"2024-01-01 00:00:35.000","n":1}
{"k":"y","s":"2024-01-01 00:00:30.000","e":"2024-01-01 00:00:40.000","n":1}
====
SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:10.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:00.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:10.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:30.000","n":1}
====
SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:10.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:00.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:10.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:30.000","n":1}
====
SELECT k, COUNT(*) AS n FROM t GROUP BY k EMIT EVERY INTERVAL '1' SECOND
----
{"k":"x","n":6}
{"k":"y","n":3}
====
SELECT k, COUNT(*) AS n FROM t GROUP BY k EMIT ON UPDATE
----
{"k":"x","n":6}
{"k":"y","n":3}
====
SELECT k, TUMBLE_START(ts, INTERVAL '10' SECOND) AS s, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e, COUNT(*) AS n FROM t GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON UPDATE
----
{"k":"x","s":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","n":2}
{"k":"x","s":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","n":2}
{"k":"y","s":"2024-01-01 00:00:00.000","e":"2024-01-01 00:00:10.000","n":1}
{"k":"y","s":"2024-01-01 00:00:10.000","e":"2024-01-01 00:00:20.000","n":1}
{"k":"y","s":"2024-01-01 00:00:30.000","e":"2024-01-01 00:00:40.000","n":1}
====
SELECT window_end, MAX(a) AS m FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY window_end
----
{"window_end":"2024-01-01 00:00:05.000","m":3}
{"window_end":"2024-01-01 00:00:10.000","m":3}
{"window_end":"2024-01-01 00:00:15.000","m":5}
{"window_end":"2024-01-01 00:00:20.000","m":6}
{"window_end":"2024-01-01 00:00:35.000","m":7}
{"window_end":"2024-01-01 00:00:40.000","m":7}
====
SELECT window_start, MAX(a) AS m, COUNT(*) AS n FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY window_start
----
{"window_start":"2024-01-01 00:00:00.000","m":8,"n":21}
{"window_start":"2024-01-01 00:00:20.000","m":7,"n":2}
====
SELECT k, window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"x","window_start":"2024-01-01 00:00:01.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:12.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:02.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:11.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:31.000","n":1}
====
SELECT k, COUNT(*) AS n FROM t GROUP BY k, GROUPING SETS ((SESSION(ts, INTERVAL '5' SECOND)), ())
----
error[SLU-2007]: GROUPING SETS, CUBE and ROLLUP with this group window function are not supported
hint: use the window table function: FROM TABLE(TUMBLE(TABLE t, …))
====
SELECT SESSION_START(ts, INTERVAL '5' SECOND) AS s FROM t
----
error[SLU-2009]: SESSION_START needs GROUP BY SESSION
hint: of a window table function it is the column window_start
====
SELECT DISTINCT k, window_start FROM TUMBLE(t, ts, INTERVAL '10' SECOND)
----
{"k":"x","window_start":"2024-01-01 00:00:00.000"}
{"k":"x","window_start":"2024-01-01 00:00:10.000"}
{"k":"y","window_start":"2024-01-01 00:00:00.000"}
{"k":"y","window_start":"2024-01-01 00:00:10.000"}
{"k":"y","window_start":"2024-01-01 00:00:30.000"}
====
SELECT k, w.window_start, w.n FROM (SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end) w WHERE w.n > 1
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:10.000","n":2}
====
SELECT k, SUM(a) AS s FROM (SELECT * FROM t UNION ALL SELECT * FROM t) GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)
----
{"k":"x","s":20}
{"k":"x","s":8}
{"k":"y","s":10}
{"k":"y","s":14}
{"k":"y","s":4}
====
SELECT GROUPING(k) AS g, k, COUNT(*) AS n, COUNT(DISTINCT k) AS d, MAX(k) AS m FROM t WHERE a > 100 GROUP BY GROUPING SETS ((k), ())
----
{"g":1,"k":null,"n":0,"d":0,"m":null}
====
SELECT k, COUNT(DISTINCT k) AS d, MAX(k) AS m FROM t GROUP BY ROLLUP(k)
----
{"k":"x","d":1,"m":"x"}
{"k":"y","d":1,"m":"y"}
{"k":null,"d":2,"m":"y"}
====
SELECT a > 3 AS b, k, COUNT(DISTINCT k) AS d, MAX(k) AS m, SUM(a) AS s FROM t GROUP BY ROLLUP(a > 3, k)
----
{"b":false,"k":"x","d":1,"m":"x","s":4}
{"b":false,"k":"y","d":1,"m":"y","s":2}
{"b":false,"k":null,"d":2,"m":"y","s":6}
{"b":null,"k":null,"d":2,"m":"y","s":45}
{"b":true,"k":"x","d":1,"m":"x","s":27}
{"b":true,"k":"y","d":1,"m":"y","s":12}
{"b":true,"k":null,"d":2,"m":"y","s":39}
====
SELECT k, window_start, COUNT(DISTINCT k) AS d, MAX(k) AS m FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY window_start, window_end, ROLLUP(k)
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","d":1,"m":"x"}
{"k":"x","window_start":"2024-01-01 00:00:10.000","d":1,"m":"x"}
{"k":"y","window_start":"2024-01-01 00:00:00.000","d":1,"m":"y"}
{"k":"y","window_start":"2024-01-01 00:00:10.000","d":1,"m":"y"}
{"k":"y","window_start":"2024-01-01 00:00:30.000","d":1,"m":"y"}
{"k":null,"window_start":"2024-01-01 00:00:00.000","d":2,"m":"y"}
{"k":null,"window_start":"2024-01-01 00:00:10.000","d":2,"m":"y"}
{"k":null,"window_start":"2024-01-01 00:00:30.000","d":1,"m":"y"}
====
SELECT k, window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, CUBE(k)
----
{"k":"x","window_start":"2024-01-01 00:00:01.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:12.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:02.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:11.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:31.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:01.000","n":2}
{"k":null,"window_start":"2024-01-01 00:00:02.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:11.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:12.000","n":2}
{"k":null,"window_start":"2024-01-01 00:00:31.000","n":1}
====
SELECT k, window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, CUBE(k) EMIT ON UPDATE
----
{"k":"x","window_start":"2024-01-01 00:00:01.000","n":2}
{"k":"x","window_start":"2024-01-01 00:00:12.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:02.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:11.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:31.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:01.000","n":2}
{"k":null,"window_start":"2024-01-01 00:00:02.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:11.000","n":1}
{"k":null,"window_start":"2024-01-01 00:00:12.000","n":2}
{"k":null,"window_start":"2024-01-01 00:00:31.000","n":1}
