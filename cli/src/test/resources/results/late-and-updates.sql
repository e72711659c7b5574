CREATE TABLE t (k STRING, a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'values', 'rows' = '[
  ["x", 1, "2024-01-01 00:00:01"], ["y", 2, "2024-01-01 00:00:02"], ["x", 3, "2024-01-01 00:00:04"], ["x", 4, "2024-01-01 00:00:12"], ["y", 5, "2024-01-01 00:00:11"], ["x", 6, "2024-01-01 00:00:17"], ["y", 7, "2024-01-01 00:00:31"], ["x", 8, "2024-01-01 00:00:03"], ["x", 9, null]]');
CREATE TABLE p (k STRING, a INT, proc AS PROCTIME()) WITH ('connector' = 'values', 'rows' = '[["x", 1], ["y", 2], ["x", 3]]');
CREATE VIEW v AS SELECT *, PROCTIME() AS p_time FROM t;
CREATE TABLE late (k STRING, a INT) WITH ('connector' = 'print');
CREATE TABLE b (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE w (k STRING NOT NULL, w TIMESTAMP(3) NOT NULL, n BIGINT, PRIMARY KEY (k, w) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:updates;DB_CLOSE_DELAY=-1', 'table-name' = 'w', 'table.create' = 'true');
====
INSERT INTO b SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end LATE ROWS TO late
----
+I[x, 8]
+I[x, 9]
====
INSERT INTO b SELECT k, a FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) LATE ROWS TO late
----
+I[x, 8]
+I[x, 9]
====
INSERT INTO b SELECT k, a FROM TUMBLE(t, ts, INTERVAL '10' SECOND) LATE ROWS TO late
----
error[SLU-2007]: ALLOWED LATENESS and LATE ROWS TO need a windowed aggregation, which this query has not
hint: only windows drop late rows; leave the clause out
====
INSERT INTO b SELECT k, COUNT(*) FROM TUMBLE(t, ts, INTERVAL '10' SECOND) WHERE window_start > TIMESTAMP '2000-01-01 00:00:00' GROUP BY k, window_start, window_end LATE ROWS TO late
----
+I[x, 8]
+I[x, 9]
====
SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE ALLOWED LATENESS INTERVAL '1' MINUTE
----
{"k":"x","window_start":"2024-01-01 00:00:00.000","n":3}
{"k":"x","window_start":"2024-01-01 00:00:10.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:00.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:10.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:30.000","n":1}
====
SELECT k, window_start, COUNT(*) AS n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end ALLOWED LATENESS INTERVAL '1' MINUTE
----
{"k":"x","window_start":"2024-01-01 00:00:01.000","n":3}
{"k":"x","window_start":"2024-01-01 00:00:12.000","n":2}
{"k":"y","window_start":"2024-01-01 00:00:02.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:11.000","n":1}
{"k":"y","window_start":"2024-01-01 00:00:31.000","n":1}
====
INSERT INTO w SELECT k, window_start, COUNT(*) FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON UPDATE; SELECT * FROM w
----
{"k":"x","w":"2024-01-01 00:00:00.000","n":2}
{"k":"x","w":"2024-01-01 00:00:10.000","n":2}
{"k":"y","w":"2024-01-01 00:00:00.000","n":1}
{"k":"y","w":"2024-01-01 00:00:10.000","n":1}
{"k":"y","w":"2024-01-01 00:00:30.000","n":1}
====
INSERT INTO w SELECT k, window_start, COUNT(*) FROM TUMBLE(t, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT EVERY INTERVAL '1' SECOND ALLOWED LATENESS INTERVAL '1' MINUTE; SELECT * FROM w
----
{"k":"x","w":"2024-01-01 00:00:00.000","n":3}
{"k":"x","w":"2024-01-01 00:00:10.000","n":2}
{"k":"y","w":"2024-01-01 00:00:00.000","n":1}
{"k":"y","w":"2024-01-01 00:00:10.000","n":1}
{"k":"y","w":"2024-01-01 00:00:30.000","n":1}
====
CREATE SINK bad (column_name STRING, reason STRING, raw STRING) WITH ('connector' = 'print'); CREATE STREAM far (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts MAX FUTURE SKEW INTERVAL '1' HOUR) WITH ('connector' = 'values', 'on-error' = 'to:bad', 'rows' = '[["a", "2024-01-01 00:00:00"], ["b", "2999-01-01 00:00:00"]]'); SELECT window_start, COUNT(*) AS n, MIN(k) AS k FROM TUMBLE(far, ts, INTERVAL '1' MINUTE) GROUP BY window_start, window_end
----
+I[ts, the time is farther ahead of the clock than MAX FUTURE SKEW, {"k":"b","ts":"2999-01-01 00:00:00.000"}]
{"window_start":"2024-01-01 00:00:00.000","n":1,"k":"a"}
