CREATE TABLE s (k STRING NOT NULL, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:changelogs;DB_CLOSE_DELAY=-1', 'table-name' = 's', 'table.create' = 'true');
CREATE TABLE kn (k STRING NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:changelogs;DB_CLOSE_DELAY=-1', 'table-name' = 'kn', 'table.create' = 'true');
CREATE TABLE t (k STRING, n BIGINT) WITH ('connector' = 'values', 'rows' = '[["a", 1], ["b", 2], ["a", 3], ["c", 9], ["b", null]]');
CREATE TABLE f (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '/tmp/never.json', 'format' = 'json');
CREATE TABLE v (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'values', 'rows' = '[["a", 1], ["b", 2], ["a", 3], [null, 9], ["b", null], [null, 8]]');
CREATE TABLE d (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'changes', 'format' = 'debezium-json');
CREATE TABLE l (op STRING, k STRING, n BIGINT) WITH ('connector' = 'values', 'rows' = '[["INSERT", "a", 1], ["+I", "b", 2], ["UPDATE_BEFORE", "a", 1], ["UPDATE_AFTER", "a", 5], ["DELETE", "b", 2]]');
CREATE VIEW big AS SELECT k, COUNT(*) AS n FROM t GROUP BY k HAVING COUNT(*) > 1;
====
SELECT AVG(m) AS avg_m, MIN(m) AS min_m, COUNT(DISTINCT m) AS n FROM (SELECT k, MAX(n) AS m FROM t GROUP BY k) EMIT ON UPDATE
----
{"avg_m":4,"min_m":2,"n":3}
====
SELECT k, COUNT(*) AS n FROM t GROUP BY k HAVING COUNT(*) < 2 EMIT ON UPDATE
----
{"k":"c","n":1}
====
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) < 2 EMIT ON UPDATE; SELECT * FROM s
----
{"k":"c","n":1}
====
INSERT INTO kn SELECT k, COUNT(*) FROM t GROUP BY k EMIT ON UPDATE; SELECT * FROM kn ORDER BY k
----
{"k":"a","n":2}
{"k":"b","n":2}
{"k":"c","n":1}
====
EXPLAIN INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) < 2 EMIT ON UPDATE
----
          #6 Scan(table=t, connector=values, columns=[k])  {insert-only; columns=[k]; bounded}
        #5 Exchange(distribution=hash[$0])  {insert-only; columns=[k]; bounded}
      #4 GroupAggregate(keys=[k], calls=[COUNT(*)], emit=on update)  {retract; columns=[k, EXPR$1]; key=[[k]]; state=bounded input; bounded}
    #3 FilterProject(filter=($1 < 2), project=[NOT NULL($0, 'column ''k'' of ''s'' is NOT NULL'), $1])  {retract; columns=[k, n]; key=[[k]]; bounded}
  #2 DropUpdateBefore(keys=[k])  {upsert; columns=[k, n]; key=[[k]]; bounded}
#1 Sink(table=s, connector=jdbc, primaryKey=[k])  {upsert; bounded; delivery=at-least-once (exactly-once with checkpoints)}
====
EXPLAIN INSERT INTO s SELECT MAX(k), n FROM t GROUP BY n EMIT ON UPDATE ON CONFLICT DO DEDUPLICATE
----
              #8 Scan(table=t, connector=values, columns=[k, n])  {insert-only; columns=[k, n]; bounded}
            #7 FilterProject(project=[$1, $0])  {insert-only; columns=[n, k]; bounded}
          #6 Exchange(distribution=hash[$0])  {insert-only; columns=[n, k]; bounded}
        #5 GroupAggregate(keys=[n], calls=[MAX($1)], emit=on update)  {retract; columns=[n, EXPR$0]; key=[[n]]; state=bounded input; bounded}
      #4 FilterProject(project=[NOT NULL($1, 'column ''k'' of ''s'' is NOT NULL'), $0])  {retract; columns=[k, n]; key=[[n]]; bounded}
    #3 Exchange(distribution=hash[$0])  {retract; columns=[k, n]; key=[[n]]; bounded}
  #2 UpsertMaterialize(keys=[k], onConflict=deduplicate)  {upsert; columns=[k, n]; key=[[k]]; state=bounded input; bounded}
#1 Sink(table=s, connector=jdbc, primaryKey=[k])  {upsert; bounded; delivery=at-least-once (exactly-once with checkpoints)}
====
INSERT INTO f SELECT k, COUNT(*) FROM t GROUP BY k EMIT ON UPDATE
----
error[SLU-2011]: the query updates its results, but sink 'f' takes inserts only
hint: leave EMIT out, so that each result comes once, when it is final, or write to a sink with a PRIMARY KEY (jdbc, kafka)
====
SELECT n FROM t EXCEPT ALL SELECT n + 1 FROM t EMIT ON UPDATE
----
{"n":1}
{"n":9}
====
SELECT x FROM (SELECT k AS x, COUNT(*) AS n FROM t GROUP BY k HAVING COUNT(*) < 2) EXCEPT SELECT 'z' EMIT ON UPDATE
----
{"x":"c"}
====
SELECT k FROM t INTERSECT ALL SELECT x FROM (VALUES ('a'), ('a'), ('a'), ('c')) AS v (x)
----
{"k":"a"}
{"k":"a"}
{"k":"c"}
====
SELECT DISTINCT m FROM (SELECT k, COUNT(*) AS m FROM t GROUP BY k) EMIT ON UPDATE
----
{"m":1}
{"m":2}
====
SELECT * FROM v
----
{"k":"a","n":3}
{"k":"b","n":null}
{"k":null,"n":8}
====
SELECT * FROM v WHERE n > 2 EMIT ON UPDATE
----
{"k":"a","n":3}
{"k":null,"n":8}
====
EXPLAIN SELECT n FROM v WHERE k = 'a' EMIT ON UPDATE
----
        #5 Scan(table=v, connector=values, columns=[k, n])  {upsert; columns=[k, n]; bounded}
      #4 Exchange(distribution=hash[$0])  {upsert; columns=[k, n]; bounded}
    #3 ChangelogNormalize(keys=[k], emit=on update)  {retract; columns=[k, n]; key=[[k]]; state=bounded input; bounded}
  #2 FilterProject(filter=($0 = 'a'), project=[$1])  {retract; columns=[n]; bounded}
#1 Sink(table=result, connector=sluice-result)  {retract; bounded}
====
INSERT INTO s SELECT COALESCE(k, '?'), SUM(n) FROM v GROUP BY k EMIT ON UPDATE
----
error[SLU-2011]: the PRIMARY KEY (k) of sink 's' is not the key of the query's rows: several of them may have one key
hint: select the columns that identify a row of the query, and declare them as PRIMARY KEY, or say what becomes of rows with one key: ON CONFLICT DO DEDUPLICATE (the last wins), NOTHING (the first wins) or ERROR
====
INSERT INTO d SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) < 2 EMIT ON UPDATE; SELECT * FROM d EMIT ON UPDATE
----
{"k":"c","n":1}
====
INSERT INTO f SELECT * FROM v EMIT ON UPDATE
----
error[SLU-2011]: the query updates its results, but sink 'f' takes inserts only
hint: leave EMIT out, so that each result comes once, when it is final, or write to a sink with a PRIMARY KEY (jdbc, kafka)
====
INSERT INTO f SELECT * FROM d EMIT ON UPDATE
----
error[SLU-2011]: the query updates its results, but sink 'f' takes inserts only
hint: leave EMIT out, so that each result comes once, when it is final, or write to a sink with a PRIMARY KEY (jdbc, kafka)
====
SELECT kind, COUNT(*) AS n FROM TO_CHANGELOG(TABLE d, DESCRIPTOR(kind)) GROUP BY kind
----
{"kind":"INSERT","n":1}
====
SELECT * FROM TABLE(TO_CHANGELOG(input => TABLE big, op => DESCRIPTOR(kind)))
----
{"kind":"INSERT","k":"a","n":2}
{"kind":"INSERT","k":"b","n":2}
====
SELECT * FROM FROM_CHANGELOG(l)
----
{"k":"a","n":5}
====
INSERT INTO s SELECT k, SUM(n) FROM TABLE(FROM_CHANGELOG(INPUT => TABLE l, OP => DESCRIPTOR(op))) GROUP BY k EMIT ON UPDATE; SELECT * FROM s WHERE k < 'c'
----
{"k":"a","n":5}
====
EXPLAIN INSERT INTO f SELECT op, n FROM TO_CHANGELOG(TABLE big) EMIT ON UPDATE
----
            #7 Scan(table=t, connector=values, columns=[k])  {insert-only; columns=[k]; bounded}
          #6 Exchange(distribution=hash[$0])  {insert-only; columns=[k]; bounded}
        #5 GroupAggregate(keys=[k], calls=[COUNT(*)], emit=on update)  {retract; columns=[k, n]; key=[[k]]; state=bounded input; bounded}
      #4 FilterProject(filter=($1 > 1), project=[$0, $1])  {retract; columns=[k, n]; key=[[k]]; bounded}
    #3 ToChangelog()  {insert-only; columns=[op, k, n]; bounded}
  #2 FilterProject(project=[$0, $2])  {insert-only; columns=[k, n]; bounded}
#1 Sink(table=f, connector=filesystem)  {insert-only; bounded; delivery=at-least-once (exactly-once with checkpoints)}
====
SELECT * FROM FROM_CHANGELOG(TABLE l, DESCRIPTOR(kind))
----
error[SLU-2003]: the input of FROM_CHANGELOG has no column 'kind'
hint: name the column that tells the kind of change: FROM_CHANGELOG(TABLE t, DESCRIPTOR(kind))
====
SELECT * FROM FROM_CHANGELOG(TABLE l, DESCRIPTOR(n))
----
error[SLU-2005]: the op column 'n' of FROM_CHANGELOG is BIGINT, not STRING
hint: its values are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE
====
SELECT * FROM FROM_CHANGELOG(TABLE l, DESCRIPTOR(k))
----
error[SLU-4002]: FROM_CHANGELOG does not know the kind of change 'a'
hint: it is INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, or as op_mapping says; error_handling => 'SKIP' leaves other rows out
====
SELECT * FROM TABLE(TO_CHANGELOG(TABLE l PARTITION BY k))
----
error[SLU-2006]: the table of TO_CHANGELOG has a column 'op' already
hint: call the new one otherwise: op => DESCRIPTOR(kind)
====
SELECT * FROM TO_CHANGELOG(input => TABLE big PARTITION BY n, op => DESCRIPTOR(kind), op_mapping => MAP['INSERT, UPDATE_AFTER', 'u', 'DELETE', 'd'])
----
{"n":2,"kind":"u","k":"a"}
{"n":2,"kind":"u","k":"b"}
====
SELECT * FROM TO_CHANGELOG(TABLE big, DESCRIPTOR(kind), MAP['DELETE', 'd'])
----

====
SELECT * FROM TO_CHANGELOG(TABLE big, op_mapping => MAP['INSRT', 'd'])
----
error[SLU-2006]: there is no kind of change 'INSRT'
hint: did you mean 'INSERT'?
====
SELECT n FROM FROM_CHANGELOG(input => TABLE l, op_mapping => MAP['INSERT, +I', 'INSERT', 'DELETE', 'DELETE'], error_handling => 'SKIP')
----
{"n":1}
====
SELECT k, n FROM FROM_CHANGELOG(input => TABLE l PARTITION BY k, op_mapping => MAP['INSERT, +I', 'INSERT', 'UPDATE_AFTER', 'UPDATE_AFTER', 'DELETE', 'DELETE'], error_handling => 'SKIP') EMIT ON UPDATE
----
{"k":"a","n":5}
====
SELECT k, n FROM FROM_CHANGELOG(TABLE l, op_mapping => MAP['INSERT', 'INSERT'])
----
error[SLU-4002]: FROM_CHANGELOG does not know the kind of change '+I'
hint: op_mapping names INSERT; error_handling => 'SKIP' leaves other rows out
