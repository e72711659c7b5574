CREATE TABLE a (id INT, v STRING, ts TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED)
  WITH ('connector' = 'values', 'rows' = '[[1, "x", "2024-01-01 00:00:01"], [2, "y", "2024-01-01 00:00:02"]]');
CREATE TABLE n (k INT) WITH ('connector' = 'values', 'rows' = '[[2], [3]]');
====
CREATE TABLE b (w AS v || '!', WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) LIKE a;
SELECT w, window_start FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
----
{"w":"x!","window_start":"2024-01-01 00:00:00.000"}
{"w":"y!","window_start":"2024-01-01 00:00:00.000"}
====
CREATE TABLE b WITH ('rows' = '[[3, "z", null]]') LIKE a (EXCLUDING CONSTRAINTS);
SELECT id, v FROM b; DESCRIBE b
----
{"column":"id","type":"INTEGER","nullable":"yes","remark":""}
{"column":"ts","type":"TIMESTAMP(3)","nullable":"yes","remark":""}
{"column":"v","type":"STRING","nullable":"yes","remark":""}
{"id":3,"v":"z"}
====
CREATE TABLE b (PRIMARY KEY (v) NOT ENFORCED) LIKE a
----
error[SLU-2002]: PRIMARY KEY is in both tables
hint: say EXCLUDING or OVERWRITING behind LIKE, or leave it out here
====
CREATE TABLE b WITH ('connector' = 'print') LIKE a (EXCLUDING ALL);
DESCRIBE b
----
{"column":"id","type":"INTEGER","nullable":"yes","remark":""}
{"column":"ts","type":"TIMESTAMP(3)","nullable":"yes","remark":""}
{"column":"v","type":"STRING","nullable":"yes","remark":""}
====
CREATE TABLE b WITH ('connector' = 'values') LIKE a (EXCLUDING OPTIONS INCLUDING CONSTRAINTS); SELECT * FROM b
----
error[SLU-3003]: option 'rows' of 'b' (connector 'values') is missing
hint: add 'rows' = '[[1, "a"], [2, null]]': The rows: a JSON array of arrays or objects, or lines of values between commas.
====
CREATE TABLE b WITH ('rows' = '[]') LIKE a (INCLUDING OPTIONS)
----
error[SLU-2002]: option 'rows' is in both tables
hint: say EXCLUDING or OVERWRITING behind LIKE, or leave it out here
====
CREATE TABLE b LIKE nothing
----
error[SLU-2001]: LIKE needs a table; 'nothing' is none
hint: CREATE the other one first
====
CREATE TABLE c (i AS id + 1, WATERMARK FOR ts AS ts) LIKE a;
CREATE TABLE d (i BIGINT) LIKE c (OVERWRITING GENERATED EXCLUDING WATERMARKS);
DESCRIBE d
----
{"column":"i","type":"BIGINT","nullable":"yes","remark":""}
{"column":"id","type":"INTEGER","nullable":"yes","remark":"primary key"}
{"column":"ts","type":"TIMESTAMP(3)","nullable":"yes","remark":""}
{"column":"v","type":"STRING","nullable":"yes","remark":""}
====
CREATE TABLE t WITH ('connector' = 'filesystem', 'path' = 'made.csv') AS SELECT id * 2 AS twice, v FROM a;
SELECT twice, v FROM t
----
{"twice":2,"v":"x"}
{"twice":4,"v":"y"}
====
CREATE STREAM t WITH ('connector' = 'filesystem', 'path' = 'made.csv') AS SELECT 1 AS x
----
error[SLU-2013]: a stream is only read: no query can fill it
hint: use CREATE SINK … AS, CREATE TABLE … AS, or CREATE VIEW t AS …
====
CREATE TABLE numbers (a INT, b INT) WITH ('connector' = 'values', 'rows' = '[[1, 2], ["x", 3]]') ON ERROR DROP;
SELECT a + b AS s FROM numbers
----
{"s":3}
====
CREATE SINK bad WITH ('connector' = 'blackhole');
CREATE TABLE numbers (a INT, b INT) WITH ('connector' = 'values', 'rows' = '[[1, 2], ["x", 3]]') ON ERROR TO bad;
SELECT a + b AS s FROM numbers
----
{"s":3}
====
CREATE TABLE numbers (a INT, b INT) WITH ('connector' = 'values', 'rows' = '[[1, 2], ["x", 3]]') ON ERROR FAIL;
SELECT a + b AS s FROM numbers
----
error[SLU-4001]: malformed record in 'numbers': expected INTEGER, saw 'x'
hint: set 'on-error' = 'drop' to skip and count such records, or 'on-error' = 'to:<sink>' to keep them
====
CREATE TABLE numbers (a INT) WITH ('connector' = 'values', 'rows' = '[[1]]', 'on-error' = 'drop') ON ERROR FAIL
----
error[SLU-1001]: option 'on-error' is given twice
====
SHOW TABLES LIKE 'A%'; SHOW FUNCTIONS LIKE 'bit_o%'
----
{"name":"BITNOT","category":"math","description":"All other bits.","example":"BITNOT(0) = -1"}
{"name":"BITXOR","category":"math","description":"Bits in only one.","example":"BITXOR(6, 3) = 5"}
{"name":"a","kind":"table","connector":"values"}
====
CREATE TEMPORARY SYSTEM FUNCTION twice(x INT) RETURNS INT AS 'x * 2'; SELECT twice(id) AS x FROM a;
DROP TEMPORARY SYSTEM FUNCTION twice; DESCRIBE EXTENDED n
----
{"column":"k","type":"INTEGER","nullable":"yes","remark":""}
{"x":2}
{"x":4}
====
CREATE TABLE target (k INT) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET; INSERT INTO target SELECT k FROM n; INSERT INTO target SELECT id FROM a; END;
SELECT k FROM n
----
{"k":2}
{"k":3}
====
SELECT v FROM a LEFT SEMI JOIN n ON id = k
----
{"v":"y"}
====
SELECT x.v FROM a AS x LEFT ANTI JOIN n AS y ON x.id = y.k AND y.k > 0 WHERE x.v <> ''
----
{"v":"x"}
====
SELECT x.v, z.k FROM a AS x LEFT SEMI JOIN n AS y ON x.id = y.k JOIN n AS z ON z.k = x.id
----
{"v":"y","k":2}
====
SELECT z.k FROM n AS z LEFT JOIN (SELECT * FROM a LEFT ANTI JOIN n ON id = k) AS x ON x.id = z.k
----
{"k":2}
{"k":3}
====
SELECT 1 AS x FROM n AS z RIGHT JOIN a ON k = id LEFT SEMI JOIN n AS y ON z.k = y.k
----
{"x":1}
====
SELECT 1 AS x FROM n AS z LEFT SEMI JOIN a AS x USING (id)
----
error[SLU-2007]: a semi or anti join needs ON
hint: write ON a.x = b.x
====
SELECT 1 AS x FROM n AS z LEFT SEMI JOIN a AS x ON x.id = z.k FULL JOIN n AS y ON z.k = y.k
----
error[SLU-2007]: a semi or anti join cannot stand on the side of an outer join that gets NULLs
hint: put it into a subquery: (SELECT * FROM …)
====
CREATE TABLE b (WATERMARK FOR ts AS ts) LIKE a;
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(DATA => TABLE b, TIMECOL => DESCRIPTOR(ts),
  SIZE => INTERVAL '1' MINUTE, OFFSET => INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) AS n FROM TABLE(CUMULATE(DATA => TABLE b, TIMECOL => DESCRIPTOR(ts),
  STEP => INTERVAL '1' MINUTE, MAX => INTERVAL '2' MINUTE)) GROUP BY window_start, window_end
----
{"window_end":"2024-01-01 00:01:00.000","n":2}
{"window_end":"2024-01-01 00:02:00.000","n":2}
{"window_start":"2023-12-31 23:59:10.000","n":2}
====
CREATE TABLE b (p AS PROCTIME()) LIKE a;
SELECT TUMBLE_PROCTIME(p, INTERVAL '1' DAY) > TIMESTAMP '2020-01-01 00:00:00' AS later, COUNT(*) AS n
FROM b GROUP BY TUMBLE(p, INTERVAL '1' DAY)
----
{"later":true,"n":2}
====
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS TIMESTAMP(3)) AS t
----
{"t":"1970-01-01 09:00:00.000"}
====
SET 'table.exec.mini-batch.enabled' = 'true'; SELECT 1
----
error[SLU-1003]: unknown setting 'table.exec.mini-batch.enabled'
hint: leave it out: changes are folded per micro-batch ('batch.rows', 'batch.linger')
====
SET 'execution.runtime-mode' = 'batch'; SELECT 1
----
error[SLU-1003]: unknown setting 'execution.runtime-mode'
hint: leave it out: bounded input gives its final rows, input that never ends gives changes
====
CREATE TABLE k (id INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'localhost:9092',
  'sink.delivery-guarantee' = 'at-least-once', 'sink.parallelism' = '1');
EXPLAIN INSERT INTO k SELECT id FROM a
----
      #4 Scan(table=a, connector=values, columns=[id])  {upsert; columns=[id]; bounded}
    #3 Exchange(distribution=hash[$0])  {upsert; columns=[id]; bounded}
  #2 ChangelogNormalize(keys=[id], emit=on window close)  {insert-only; columns=[id]; key=[[id]]; state=bounded input; bounded}
#1 Sink(table=k, connector=kafka)  {insert-only; bounded; delivery=at-least-once}
====
CREATE TABLE k (id INT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:./x', 'driver' = 'org.h2.Driver', 'sink.max-retries' = '3')
----
error[SLU-3002]: unknown option 'sink.max-retries' for 'k' (connector 'jdbc')
hint: leave it out: a run that failed goes on from its checkpoint when it is started again
