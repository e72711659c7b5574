CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", 1, "2024-01-01 00:00:01"], ["a", 2, "2024-01-01 00:00:02"], ["b", 3, "2024-01-01 00:00:03"], ["a", 4, "2024-01-01 00:00:00"], ["a", 5, "2024-01-01 00:00:05"], ["b", 6, "2024-01-01 00:00:06"], ["a", 7, "2024-01-01 00:00:08"], [null, 8, "2024-01-01 00:00:09"], ["b", 9, null]]');
CREATE TABLE u (v INT) WITH ('connector' = 'values', 'rows' = '[[5], [3], [4], [1], [2]]');
CREATE TABLE e (k STRING, v INT) WITH ('connector' = 'values', 'rows' = '[]');
====
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t PARTITION BY k, ROWS 2)) GROUP BY k, window_start, window_end
----
{"k":"a","window_start":0,"window_end":2,"n":2,"s":5}
{"k":"a","window_start":2,"window_end":4,"n":2,"s":7}
{"k":"a","window_start":4,"window_end":6,"n":1,"s":7}
{"k":"b","window_start":0,"window_end":2,"n":2,"s":9}
{"k":null,"window_start":0,"window_end":2,"n":1,"s":8}
====
SELECT k, window_end, LISTAGG(CAST(v AS STRING)) AS vs, COUNT(DISTINCT v) FILTER (WHERE v > 2) AS n FROM TABLE(HOP(TABLE t PARTITION BY k, ROWS 1, ROWS 3)) GROUP BY k, window_start, window_end EMIT ON UPDATE
----
{"k":"a","window_end":1,"vs":"4","n":1}
{"k":"a","window_end":2,"vs":"4,1","n":1}
{"k":"a","window_end":3,"vs":"4,1,2","n":1}
{"k":"a","window_end":4,"vs":"1,2,5","n":1}
{"k":"a","window_end":5,"vs":"2,5,7","n":2}
{"k":"a","window_end":6,"vs":"5,7","n":2}
{"k":"a","window_end":7,"vs":"7","n":1}
{"k":"b","window_end":1,"vs":"3","n":1}
{"k":"b","window_end":2,"vs":"3,6","n":2}
{"k":"b","window_end":3,"vs":"3,6","n":2}
{"k":"b","window_end":4,"vs":"6","n":1}
{"k":null,"window_end":1,"vs":"8","n":1}
{"k":null,"window_end":2,"vs":"8","n":1}
{"k":null,"window_end":3,"vs":"8","n":1}
====
SELECT window_start, k, COUNT(*) AS n FROM TUMBLE(t, ROWS 3) GROUP BY window_start, k
----
{"window_start":0,"k":"a","n":3}
{"window_start":3,"k":"a","n":1}
{"window_start":3,"k":"b","n":2}
{"window_start":6,"k":"a","n":1}
{"window_start":6,"k":null,"n":1}
====
SELECT k, v, window_start, window_end FROM TABLE(HOP(DATA => TABLE t PARTITION BY k, SLIDE => ROWS 1, SIZE => ROWS 2)) WHERE window_start >= 0 AND v > 2
----
{"k":"a","v":4,"window_start":0,"window_end":2}
{"k":"a","v":5,"window_start":2,"window_end":4}
{"k":"a","v":5,"window_start":3,"window_end":5}
{"k":"a","v":7,"window_start":3,"window_end":5}
{"k":"a","v":7,"window_start":4,"window_end":6}
{"k":"b","v":3,"window_start":0,"window_end":2}
{"k":"b","v":6,"window_start":0,"window_end":2}
{"k":"b","v":6,"window_start":1,"window_end":3}
{"k":null,"v":8,"window_start":0,"window_end":2}
====
SELECT window_end, SUM(v) AS s FROM TUMBLE(u, ROWS 2) GROUP BY window_start, window_end
----
{"window_end":2,"s":8}
{"window_end":4,"s":5}
{"window_end":6,"s":2}
====
SELECT window_end, k, COUNT(*) AS n FROM TABLE(TUMBLE((SELECT k, v, SUM(v) AS s, MAX(ts) AS ts FROM t GROUP BY k, v) PARTITION BY k, ROWS 2)) GROUP BY window_end, k HAVING COUNT(*) < 2
----
{"window_end":2,"k":null,"n":1}
{"window_end":4,"k":"b","n":1}
{"window_end":6,"k":"a","n":1}
====
SELECT k, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE e PARTITION BY k, ROWS 2)) GROUP BY k, window_end
----

====
SELECT window_end, SUM(v) AS s FROM TUMBLE(t, ROWS 2) GROUP BY window_end ALLOWED LATENESS INTERVAL '1' SECOND
----
error[SLU-2007]: ALLOWED LATENESS and LATE ROWS TO are for windows over time, not over a number of rows
hint: leave the clause out; the watermark's own delay makes rows wait as well
