SET 'time-zone' = 'Europe/Berlin';
CREATE TABLE t (k STRING, l TIMESTAMP_LTZ(3), WATERMARK FOR l AS l - INTERVAL '1' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["a", "2024-10-26T21:30:00Z"], ["b", "2024-10-26T22:30:00Z"], ["a", "2024-10-27T00:30:00Z"], ["b", "2024-10-27T01:30:00Z"], ["a", "2024-10-27T22:30:00Z"], ["a", "2024-10-27T23:30:00Z"]]');
====
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM TUMBLE(t, l, INTERVAL '1' HOUR) GROUP BY window_start, window_end, window_time
----
{"window_start":"2024-10-26 23:00:00.000","window_end":"2024-10-27 00:00:00.000","window_time":"2024-10-26 23:59:59.999+02:00","n":1}
{"window_start":"2024-10-27 00:00:00.000","window_end":"2024-10-27 01:00:00.000","window_time":"2024-10-27 00:59:59.999+02:00","n":1}
{"window_start":"2024-10-27 02:00:00.000","window_end":"2024-10-27 02:00:00.000","window_time":"2024-10-27 02:59:59.999+02:00","n":1}
{"window_start":"2024-10-27 02:00:00.000","window_end":"2024-10-27 03:00:00.000","window_time":"2024-10-27 02:59:59.999+01:00","n":1}
{"window_start":"2024-10-27 23:00:00.000","window_end":"2024-10-28 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00","n":1}
{"window_start":"2024-10-28 00:00:00.000","window_end":"2024-10-28 01:00:00.000","window_time":"2024-10-28 00:59:59.999+01:00","n":1}
====
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM TUMBLE(t, l, INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time
----
{"window_start":"2024-10-26 00:00:00.000","window_end":"2024-10-27 00:00:00.000","window_time":"2024-10-26 23:59:59.999+02:00","n":1}
{"window_start":"2024-10-27 00:00:00.000","window_end":"2024-10-28 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00","n":4}
{"window_start":"2024-10-28 00:00:00.000","window_end":"2024-10-29 00:00:00.000","window_time":"2024-10-28 23:59:59.999+01:00","n":1}
====
SELECT k, l, window_start, window_time FROM TUMBLE(t, l, INTERVAL '1' DAY)
----
{"k":"a","l":"2024-10-26 23:30:00.000+02:00","window_start":"2024-10-26 00:00:00.000","window_time":"2024-10-26 23:59:59.999+02:00"}
{"k":"a","l":"2024-10-27 02:30:00.000+02:00","window_start":"2024-10-27 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00"}
{"k":"a","l":"2024-10-27 23:30:00.000+01:00","window_start":"2024-10-27 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00"}
{"k":"a","l":"2024-10-28 00:30:00.000+01:00","window_start":"2024-10-28 00:00:00.000","window_time":"2024-10-28 23:59:59.999+01:00"}
{"k":"b","l":"2024-10-27 00:30:00.000+02:00","window_start":"2024-10-27 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00"}
{"k":"b","l":"2024-10-27 02:30:00.000+01:00","window_start":"2024-10-27 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00"}
====
SELECT TUMBLE_START(l, INTERVAL '1' DAY) AS s, TUMBLE_END(l, INTERVAL '1' DAY) AS e, TUMBLE_ROWTIME(l, INTERVAL '1' DAY) AS r, COUNT(*) AS n FROM t GROUP BY TUMBLE(l, INTERVAL '1' DAY)
----
{"s":"2024-10-26 00:00:00.000+02:00","e":"2024-10-27 00:00:00.000+02:00","r":"2024-10-26 23:59:59.999+02:00","n":1}
{"s":"2024-10-27 00:00:00.000+02:00","e":"2024-10-28 00:00:00.000+01:00","r":"2024-10-27 23:59:59.999+01:00","n":4}
{"s":"2024-10-28 00:00:00.000+01:00","e":"2024-10-29 00:00:00.000+01:00","r":"2024-10-28 23:59:59.999+01:00","n":1}
====
SELECT window_start, window_end, COUNT(*) AS n FROM HOP(t, l, INTERVAL '1' DAY, INTERVAL '2' DAY) GROUP BY window_start, window_end
----
{"window_start":"2024-10-25 00:00:00.000","window_end":"2024-10-27 00:00:00.000","n":1}
{"window_start":"2024-10-26 00:00:00.000","window_end":"2024-10-28 00:00:00.000","n":5}
{"window_start":"2024-10-27 00:00:00.000","window_end":"2024-10-29 00:00:00.000","n":5}
{"window_start":"2024-10-28 00:00:00.000","window_end":"2024-10-30 00:00:00.000","n":1}
====
SELECT k, window_start, window_end, window_time, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(l), INTERVAL '4' HOUR)) GROUP BY k, window_start, window_end, window_time
----
{"k":"a","window_start":"2024-10-26 23:30:00.000","window_end":"2024-10-27 05:30:00.000","window_time":"2024-10-27 05:29:59.999+01:00","n":2}
{"k":"a","window_start":"2024-10-27 23:30:00.000","window_end":"2024-10-28 04:30:00.000","window_time":"2024-10-28 04:29:59.999+01:00","n":2}
{"k":"b","window_start":"2024-10-27 00:30:00.000","window_end":"2024-10-27 06:30:00.000","window_time":"2024-10-27 06:29:59.999+01:00","n":2}
====
SELECT ws, MAX(n) AS m, COUNT(*) AS c FROM (SELECT k, window_start AS ws, window_end AS we, COUNT(*) AS n FROM TUMBLE(t, l, INTERVAL '1' DAY) GROUP BY k, window_start, window_end) GROUP BY ws, we
----
{"ws":"2024-10-26 00:00:00.000","m":1,"c":1}
{"ws":"2024-10-27 00:00:00.000","m":2,"c":2}
{"ws":"2024-10-28 00:00:00.000","m":1,"c":1}
