SET 'time-zone' = 'Europe/Berlin';
CREATE TABLE t (v INT, l TIMESTAMP_LTZ(3), WATERMARK FOR l AS l - INTERVAL '1' DAY) WITH ('connector' = 'values', 'rows' = '[
  [1, "2024-03-30 23:30:00Z"], [2, "2024-03-31 00:30:00Z"], [3, "2024-03-31 01:30:00Z"], [4, "2024-03-31 21:30:00Z"], [5, "2024-03-31 22:30:00Z"],
  [6, "2024-10-26 22:30:00Z"], [7, "2024-10-27 00:30:00Z"], [8, "2024-10-27 01:30:00Z"], [9, "2024-10-27 22:30:00Z"], [10, "2024-10-27 23:30:00Z"]]');
====
-- days of 23 and 25 hours: TUMBLE
SELECT window_start, window_end, window_time, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, l, INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time
----
{"window_start":"2024-03-31 00:00:00.000","window_end":"2024-04-01 00:00:00.000","window_time":"2024-03-31 23:59:59.999+02:00","n":4,"s":10}
{"window_start":"2024-04-01 00:00:00.000","window_end":"2024-04-02 00:00:00.000","window_time":"2024-04-01 23:59:59.999+02:00","n":1,"s":5}
{"window_start":"2024-10-27 00:00:00.000","window_end":"2024-10-28 00:00:00.000","window_time":"2024-10-27 23:59:59.999+01:00","n":4,"s":30}
{"window_start":"2024-10-28 00:00:00.000","window_end":"2024-10-29 00:00:00.000","window_time":"2024-10-28 23:59:59.999+01:00","n":1,"s":10}
====
-- HOP of two days every day
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, l, INTERVAL '1' DAY, INTERVAL '2' DAY) GROUP BY window_start, window_end
----
{"window_start":"2024-03-30 00:00:00.000","window_end":"2024-04-01 00:00:00.000","n":4,"s":10}
{"window_start":"2024-03-31 00:00:00.000","window_end":"2024-04-02 00:00:00.000","n":5,"s":15}
{"window_start":"2024-04-01 00:00:00.000","window_end":"2024-04-03 00:00:00.000","n":1,"s":5}
{"window_start":"2024-10-26 00:00:00.000","window_end":"2024-10-28 00:00:00.000","n":4,"s":30}
{"window_start":"2024-10-27 00:00:00.000","window_end":"2024-10-29 00:00:00.000","n":5,"s":40}
{"window_start":"2024-10-28 00:00:00.000","window_end":"2024-10-30 00:00:00.000","n":1,"s":10}
====
-- CUMULATE day by day
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, l, INTERVAL '1' DAY, INTERVAL '7' DAY) GROUP BY window_start, window_end
----
{"window_start":"2024-03-28 00:00:00.000","window_end":"2024-04-01 00:00:00.000","n":4,"s":10}
{"window_start":"2024-03-28 00:00:00.000","window_end":"2024-04-02 00:00:00.000","n":5,"s":15}
{"window_start":"2024-03-28 00:00:00.000","window_end":"2024-04-03 00:00:00.000","n":5,"s":15}
{"window_start":"2024-03-28 00:00:00.000","window_end":"2024-04-04 00:00:00.000","n":5,"s":15}
{"window_start":"2024-10-24 00:00:00.000","window_end":"2024-10-28 00:00:00.000","n":4,"s":30}
{"window_start":"2024-10-24 00:00:00.000","window_end":"2024-10-29 00:00:00.000","n":5,"s":40}
{"window_start":"2024-10-24 00:00:00.000","window_end":"2024-10-30 00:00:00.000","n":5,"s":40}
{"window_start":"2024-10-24 00:00:00.000","window_end":"2024-10-31 00:00:00.000","n":5,"s":40}
====
-- an hour is an hour: SESSION
SELECT window_start, window_end, window_time, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t, DESCRIPTOR(l), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, window_time
----
{"window_start":"2024-03-31 00:30:00.000","window_end":"2024-03-31 04:30:00.000","window_time":"2024-03-31 04:29:59.999+02:00","n":3,"s":6}
{"window_start":"2024-03-31 23:30:00.000","window_end":"2024-04-01 01:30:00.000","window_time":"2024-04-01 01:29:59.999+02:00","n":2,"s":9}
{"window_start":"2024-10-27 00:30:00.000","window_end":"2024-10-27 01:30:00.000","window_time":"2024-10-27 01:29:59.999+02:00","n":1,"s":6}
{"window_start":"2024-10-27 02:30:00.000","window_end":"2024-10-27 03:30:00.000","window_time":"2024-10-27 03:29:59.999+01:00","n":2,"s":15}
{"window_start":"2024-10-27 23:30:00.000","window_end":"2024-10-28 01:30:00.000","window_time":"2024-10-28 01:29:59.999+01:00","n":2,"s":19}
====
-- the same in changes
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TABLE(SESSION(TABLE t, DESCRIPTOR(l), INTERVAL '1' HOUR)) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":"2024-03-31 00:30:00.000","window_end":"2024-03-31 04:30:00.000","n":3,"s":6}
{"window_start":"2024-03-31 23:30:00.000","window_end":"2024-04-01 01:30:00.000","n":2,"s":9}
{"window_start":"2024-10-27 00:30:00.000","window_end":"2024-10-27 01:30:00.000","n":1,"s":6}
{"window_start":"2024-10-27 02:30:00.000","window_end":"2024-10-27 03:30:00.000","n":2,"s":15}
{"window_start":"2024-10-27 23:30:00.000","window_end":"2024-10-28 01:30:00.000","n":2,"s":19}
====
-- in order of instants: windows of rows
SELECT window_start, COUNT(*) AS n, LISTAGG(CAST(v AS STRING)) AS vs FROM TUMBLE(t, ROWS 3) GROUP BY window_start
----
{"window_start":0,"n":3,"vs":"1,2,3"}
{"window_start":3,"n":3,"vs":"4,5,6"}
{"window_start":6,"n":3,"vs":"7,8,9"}
{"window_start":9,"n":1,"vs":"10"}
====
-- weeks
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, l, INTERVAL '1' WEEK) GROUP BY window_start, window_end
----
{"window_start":"2024-03-28 00:00:00.000","window_end":"2024-04-04 00:00:00.000","n":5,"s":15}
{"window_start":"2024-10-24 00:00:00.000","window_end":"2024-10-31 00:00:00.000","n":5,"s":40}
====
-- months
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM TUMBLE(t, l, INTERVAL '1' MONTH) GROUP BY window_start, window_end
----
{"window_start":"2024-03-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000","n":4,"s":10}
{"window_start":"2024-04-01 00:00:00.000","window_end":"2024-05-01 00:00:00.000","n":1,"s":5}
{"window_start":"2024-10-01 00:00:00.000","window_end":"2024-11-01 00:00:00.000","n":5,"s":40}
====
-- months of HOP and CUMULATE are refused
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM HOP(t, l, INTERVAL '1' MONTH, INTERVAL '2' MONTH) GROUP BY window_start, window_end
----
error[SLU-2007]: months and years are supported for TUMBLE without an offset only
hint: use intervals of days
====
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s FROM CUMULATE(t, l, INTERVAL '1' DAY, INTERVAL '1' MONTH) GROUP BY window_start, window_end
----
error[SLU-2007]: months and years are supported for TUMBLE without an offset only
hint: use intervals of days
