CREATE TABLE t (k STRING, n INT) WITH ('connector' = 'values', 'rows' = '[["a", 1], ["b", 2]]');
CREATE TABLE u (k STRING) WITH ('connector' = 'values', 'rows' = '[["a"], ["z"]]');
====
SELECT q.k FROM (SELECT k FROM t WHERE EXISTS (SELECT 1 FROM t AS x WHERE x.k IS NULL)) AS q LEFT ANTI JOIN u ON q.k = u.k
----

====
SELECT q.k FROM (SELECT k FROM t WHERE EXISTS (SELECT 1 FROM t AS x WHERE x.n = 2)) AS q LEFT ANTI JOIN u ON q.k = u.k
----
{"k":"b"}
====
SELECT k FROM t AS q WHERE EXISTS (SELECT 1 FROM t AS x WHERE x.k IS NULL) AND NOT EXISTS (SELECT 1 FROM u WHERE q.k = u.k)
----

====
SELECT k FROM t AS q WHERE NOT EXISTS (SELECT 1 FROM t AS x WHERE x.k IS NULL) AND EXISTS (SELECT 1 FROM u WHERE q.k = u.k)
----
{"k":"a"}
