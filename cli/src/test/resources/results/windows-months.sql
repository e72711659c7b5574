SET 'time-zone' = 'Europe/Berlin';
CREATE TABLE m (l TIMESTAMP_LTZ(3), WATERMARK FOR l AS l - INTERVAL '1' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["1969-12-31T22:30:00Z"], ["1969-12-31T23:30:00Z"], ["2024-02-29T22:59:59Z"], ["2024-02-29T23:00:00Z"], ["2024-03-31T21:59:59Z"], ["2024-03-31T22:00:00Z"], ["2024-03-15T00:00:00Z"], ["2024-12-31T23:00:00Z"]]');
====
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM TUMBLE(m, l, INTERVAL '1' MONTH) GROUP BY window_start, window_end, window_time
----
{"window_start":"1969-12-01 00:00:00.000","window_end":"1970-01-01 00:00:00.000","window_time":"1969-12-31 23:59:59.999+01:00","n":1}
{"window_start":"1970-01-01 00:00:00.000","window_end":"1970-02-01 00:00:00.000","window_time":"1970-01-31 23:59:59.999+01:00","n":1}
{"window_start":"2024-02-01 00:00:00.000","window_end":"2024-03-01 00:00:00.000","window_time":"2024-02-29 23:59:59.999+01:00","n":1}
{"window_start":"2024-03-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000","window_time":"2024-03-31 23:59:59.999+02:00","n":3}
{"window_start":"2024-04-01 00:00:00.000","window_end":"2024-05-01 00:00:00.000","window_time":"2024-04-30 23:59:59.999+02:00","n":1}
{"window_start":"2025-01-01 00:00:00.000","window_end":"2025-02-01 00:00:00.000","window_time":"2025-01-31 23:59:59.999+01:00","n":1}
====
SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(m, l, INTERVAL '3' MONTH) GROUP BY window_start, window_end
----
{"window_start":"1969-10-01 00:00:00.000","window_end":"1970-01-01 00:00:00.000","n":1}
{"window_start":"1970-01-01 00:00:00.000","window_end":"1970-04-01 00:00:00.000","n":1}
{"window_start":"2024-01-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000","n":4}
{"window_start":"2024-04-01 00:00:00.000","window_end":"2024-07-01 00:00:00.000","n":1}
{"window_start":"2025-01-01 00:00:00.000","window_end":"2025-04-01 00:00:00.000","n":1}
====
SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(m, l, INTERVAL '1' YEAR) GROUP BY window_start, window_end
----
{"window_start":"1969-01-01 00:00:00.000","window_end":"1970-01-01 00:00:00.000","n":1}
{"window_start":"1970-01-01 00:00:00.000","window_end":"1971-01-01 00:00:00.000","n":1}
{"window_start":"2024-01-01 00:00:00.000","window_end":"2025-01-01 00:00:00.000","n":5}
{"window_start":"2025-01-01 00:00:00.000","window_end":"2026-01-01 00:00:00.000","n":1}
====
SELECT l, window_start, window_end FROM TUMBLE(m, l, INTERVAL '1' MONTH)
----
{"l":"1969-12-31 23:30:00.000+01:00","window_start":"1969-12-01 00:00:00.000","window_end":"1970-01-01 00:00:00.000"}
{"l":"1970-01-01 00:30:00.000+01:00","window_start":"1970-01-01 00:00:00.000","window_end":"1970-02-01 00:00:00.000"}
{"l":"2024-02-29 23:59:59.000+01:00","window_start":"2024-02-01 00:00:00.000","window_end":"2024-03-01 00:00:00.000"}
{"l":"2024-03-01 00:00:00.000+01:00","window_start":"2024-03-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000"}
{"l":"2024-03-15 01:00:00.000+01:00","window_start":"2024-03-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000"}
{"l":"2024-03-31 23:59:59.000+02:00","window_start":"2024-03-01 00:00:00.000","window_end":"2024-04-01 00:00:00.000"}
{"l":"2024-04-01 00:00:00.000+02:00","window_start":"2024-04-01 00:00:00.000","window_end":"2024-05-01 00:00:00.000"}
{"l":"2025-01-01 00:00:00.000+01:00","window_start":"2025-01-01 00:00:00.000","window_end":"2025-02-01 00:00:00.000"}
====
SELECT TUMBLE_START(l, INTERVAL '1' MONTH) AS s, TUMBLE_END(l, INTERVAL '1' MONTH) AS e, COUNT(*) AS n FROM m GROUP BY TUMBLE(l, INTERVAL '1' MONTH)
----
{"s":"1969-12-01 00:00:00.000+01:00","e":"1970-01-01 00:00:00.000+01:00","n":1}
{"s":"1970-01-01 00:00:00.000+01:00","e":"1970-02-01 00:00:00.000+01:00","n":1}
{"s":"2024-02-01 00:00:00.000+01:00","e":"2024-03-01 00:00:00.000+01:00","n":1}
{"s":"2024-03-01 00:00:00.000+01:00","e":"2024-04-01 00:00:00.000+02:00","n":3}
{"s":"2024-04-01 00:00:00.000+02:00","e":"2024-05-01 00:00:00.000+02:00","n":1}
{"s":"2025-01-01 00:00:00.000+01:00","e":"2025-02-01 00:00:00.000+01:00","n":1}
====
SELECT window_start, COUNT(*) AS n FROM HOP(m, l, INTERVAL '1' MONTH, INTERVAL '2' MONTH) GROUP BY window_start, window_end
----
error[SLU-2007]: months and years are supported for TUMBLE without an offset only
hint: use intervals of days
====
SELECT window_start, COUNT(*) AS n FROM TUMBLE(m, l, INTERVAL '1' MONTH) GROUP BY window_start, window_end EMIT ON UPDATE
----
{"window_start":"1969-12-01 00:00:00.000","n":1}
{"window_start":"1970-01-01 00:00:00.000","n":1}
{"window_start":"2024-02-01 00:00:00.000","n":1}
{"window_start":"2024-03-01 00:00:00.000","n":3}
{"window_start":"2024-04-01 00:00:00.000","n":1}
{"window_start":"2025-01-01 00:00:00.000","n":1}
