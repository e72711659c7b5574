SET 'time-zone' = 'Europe/Berlin';
CREATE TABLE t (l TIMESTAMP_LTZ(3), p TIMESTAMP(3)) WITH ('connector' = 'values', 'rows' = '[
  ["2024-10-27T00:30:00Z", "2024-10-27 02:30:00"], ["2024-10-27T01:30:00Z", "2024-10-27 03:30:00"], [null, null]]');
====
SELECT CAST(TIMESTAMP '2024-03-31 02:30:00' AS TIMESTAMP(3) WITH LOCAL TIME ZONE) AS gap,
  CAST(TIMESTAMP '2024-10-27 02:30:00' AS TIMESTAMP(3) WITH LOCAL TIME ZONE) AS overlap,
  CAST(CAST(TIMESTAMP '2024-03-31 02:30:00' AS TIMESTAMP(3) WITH LOCAL TIME ZONE) AS TIMESTAMP(3)) AS back
----
{"gap":"2024-03-31 03:30:00.000+02:00","overlap":"2024-10-27 02:30:00.000+02:00","back":"2024-03-31 03:30:00.000"}
====
SELECT CAST('2024-03-31 02:30:00' AS TIMESTAMP(3) WITH LOCAL TIME ZONE) AS a,
  TRY_CAST('x' AS TIMESTAMP(3) WITH LOCAL TIME ZONE) AS b,
  CAST(DATE '2024-03-31' AS TIMESTAMP(0) WITH LOCAL TIME ZONE) AS c
----
{"a":"2024-03-31 03:30:00.000+02:00","b":null,"c":"2024-03-31 00:00:00+01:00"}
====
SELECT l, CAST(l AS TIMESTAMP(3)) AS p, CAST(l AS TIMESTAMP(3)) = p AS same, l = p AS mixed, CAST(l AS DATE) AS d,
  CAST(l AS TIME) AS t, CAST(l AS VARCHAR) AS s, EXTRACT(HOUR FROM l) AS h FROM t
----
{"l":"2024-10-27 02:30:00.000+01:00","p":"2024-10-27 02:30:00.000","same":false,"mixed":false,"d":"2024-10-27","t":"02:30:00","s":"2024-10-27 02:30:00.000","h":2}
{"l":"2024-10-27 02:30:00.000+02:00","p":"2024-10-27 02:30:00.000","same":true,"mixed":true,"d":"2024-10-27","t":"02:30:00","s":"2024-10-27 02:30:00.000","h":2}
{"l":null,"p":null,"same":null,"mixed":null,"d":null,"t":null,"s":null,"h":null}
====
SELECT l + INTERVAL '1' HOUR AS hour_later, l + INTERVAL '1' DAY AS day_later, l + INTERVAL '1' MONTH AS month_later FROM t
----
{"hour_later":"2024-10-27 02:30:00.000+01:00","day_later":"2024-10-28 01:30:00.000+01:00","month_later":"2024-11-27 02:30:00.000+01:00"}
{"hour_later":"2024-10-27 03:30:00.000+01:00","day_later":"2024-10-28 02:30:00.000+01:00","month_later":"2024-11-27 02:30:00.000+01:00"}
{"hour_later":null,"day_later":null,"month_later":null}
====
SELECT TIMESTAMPDIFF(MINUTE, l, CAST(p AS TIMESTAMP(3) WITH LOCAL TIME ZONE)) AS b, FLOOR(l TO DAY) AS f,
  DATE_FORMAT(l, 'yyyy-MM-dd HH:mm') AS g, TO_TIMESTAMP_LTZ(0, 3) AS z FROM t
----
{"b":0,"f":"2024-10-27 00:00:00.000+02:00","g":"2024-10-27 02:30","z":"1970-01-01 01:00:00.000+01:00"}
{"b":60,"f":"2024-10-27 00:00:00.000+02:00","g":"2024-10-27 02:30","z":"1970-01-01 01:00:00.000+01:00"}
{"b":null,"f":null,"g":null,"z":"1970-01-01 01:00:00.000+01:00"}
====
SELECT MIN(l) AS lo, MAX(l) AS hi, COUNT(DISTINCT l) AS n, COUNT(DISTINCT CAST(l AS TIMESTAMP(3))) AS m FROM t
----
{"lo":"2024-10-27 02:30:00.000+02:00","hi":"2024-10-27 02:30:00.000+01:00","n":2,"m":1}
====
SELECT CASE WHEN p IS NULL THEN TO_TIMESTAMP_LTZ(0, 3) ELSE CAST(p AS TIMESTAMP(3) WITH LOCAL TIME ZONE) END AS c FROM t
----
{"c":"1970-01-01 01:00:00.000+01:00"}
{"c":"2024-10-27 02:30:00.000+02:00"}
{"c":"2024-10-27 03:30:00.000+01:00"}
====
SELECT CAST(ARRAY[l] AS TIMESTAMP(3) ARRAY) AS a FROM t
----
{"a":["2024-10-27 02:30:00.000"]}
{"a":["2024-10-27 02:30:00.000"]}
{"a":[null]}
