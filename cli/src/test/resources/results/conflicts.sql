CREATE TABLE s (k STRING NOT NULL, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:conflicts;DB_CLOSE_DELAY=-1', 'table-name' = 's', 'table.create' = 'true');
CREATE TABLE t (k STRING, n BIGINT) WITH ('connector' = 'values', 'rows' = '[["a", 1], ["b", 2], ["a", 3]]');
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO DEDUPLICATE; SELECT * FROM s
----
{"k":"a","n":3}
{"k":"b","n":2}
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO NOTHING; SELECT * FROM s
----
{"k":"a","n":1}
{"k":"b","n":2}
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO ERROR
----
error[SLU-4004]: two rows of the query have the same PRIMARY KEY (k), and ON CONFLICT DO ERROR is given
hint: use ON CONFLICT DO DEDUPLICATE (the last row wins) or DO NOTHING (the first)
====
INSERT INTO s SELECT k, SUM(n) FROM t GROUP BY k ON CONFLICT DO ERROR; SELECT * FROM s
----
{"k":"a","n":4}
{"k":"b","n":2}
====
INSERT INTO s SELECT k, SUM(n) FROM t GROUP BY k ON CONFLICT DO NOTHING; SELECT * FROM s
----
{"k":"a","n":4}
{"k":"b","n":2}
====
INSERT INTO s SELECT MIN(k), SUM(n) FROM t GROUP BY n EMIT ON UPDATE
----
error[SLU-2011]: the PRIMARY KEY (k) of sink 's' is not the key of the query's rows: several of them may have one key
hint: select the columns that identify a row of the query, and declare them as PRIMARY KEY, or say what becomes of rows with one key: ON CONFLICT DO DEDUPLICATE (the last wins), NOTHING (the first wins) or ERROR
====
INSERT INTO s SELECT MIN(k), n FROM t GROUP BY n EMIT ON UPDATE
----
error[SLU-2011]: the PRIMARY KEY (k) of sink 's' is not the key of the query's rows: several of them may have one key
hint: declare PRIMARY KEY (n) NOT ENFORCED, or say what becomes of rows with one key: ON CONFLICT DO DEDUPLICATE (the last wins), NOTHING (the first wins) or ERROR
====
INSERT INTO s SELECT MAX(k), n FROM t WHERE n < 3 GROUP BY n EMIT ON UPDATE ON CONFLICT DO DEDUPLICATE; SELECT * FROM s
----
{"k":"a","n":1}
{"k":"b","n":2}
====
CREATE SINK p (k STRING) WITH ('connector' = 'print'); INSERT INTO p SELECT k FROM t ON CONFLICT DO ERROR
----
error[SLU-2006]: ON CONFLICT needs a sink that takes upserts by PRIMARY KEY, which 'p' is not
hint: leave the clause out, or write to a jdbc table with a PRIMARY KEY
====
SELECT k FROM t ON CONFLICT DO ERROR
----
error[SLU-2007]: ON CONFLICT belongs to INSERT: a query has no conflicts
====
CREATE SINK shown (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print'); INSERT INTO shown SELECT k, n FROM t ON CONFLICT DO NOTHING
----
+I[a, 1]
+I[b, 2]
====
CREATE SINK shown (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print'); INSERT INTO shown SELECT k, n FROM t ON CONFLICT DO ERROR
----
error[SLU-4004]: two rows of the query have the same PRIMARY KEY (k), and ON CONFLICT DO ERROR is given
hint: use ON CONFLICT DO DEDUPLICATE (the last row wins) or DO NOTHING (the first)
