CREATE TABLE s (k STRING NOT NULL, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:conflicts;DB_CLOSE_DELAY=-1', 'table-name' = 's', 'table.create' = 'true');
CREATE TABLE t (k STRING, n BIGINT) WITH ('connector' = 'values', 'rows' = '[["a", 1], ["b", 2], ["a", 3]]');
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO DEDUPLICATE; SELECT * FROM s
----
{"k":"a","n":3}
{"k":"b","n":2}
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO NOTHING
----
error[SLU-2007]: ON CONFLICT DO NOTHING is not supported where keys may come twice
hint: use ON CONFLICT DO DEDUPLICATE: the last row of a key wins; or group by the sink's PRIMARY KEY
====
INSERT INTO s SELECT k, n FROM t ON CONFLICT DO ERROR
----
error[SLU-2007]: ON CONFLICT DO ERROR is not supported where keys may come twice
hint: use ON CONFLICT DO DEDUPLICATE: the last row of a key wins; or group by the sink's PRIMARY KEY
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
CREATE SINK p (k STRING) WITH ('connector' = 'print'); INSERT INTO p SELECT k FROM t ON CONFLICT DO ERROR
----
error[SLU-2006]: ON CONFLICT needs a sink that takes upserts by PRIMARY KEY, which 'p' is not
hint: leave the clause out, or write to a jdbc table with a PRIMARY KEY
====
SELECT k FROM t ON CONFLICT DO ERROR
----
error[SLU-2007]: ON CONFLICT belongs to INSERT: a query has no conflicts
