CREATE TABLE t (k STRING, n BIGINT) WITH ('connector' = 'values', 'rows' = '[["a", 1], [null, 2], ["bcdef", 3], ["d", 4000000000], ["e", 5], [null, 5000000000]]');
CREATE TABLE bad (source STRING, column_name STRING, reason STRING, raw STRING) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'bad.json');
CREATE TABLE good (k VARCHAR(3) NOT NULL, n INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'good.json', 'on-error' = 'to:bad');
CREATE TABLE dropped (k VARCHAR(3) NOT NULL, n INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'dropped.json') ON ERROR DROP;
CREATE TABLE strict (k VARCHAR(3), n INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'strict.json');
CREATE TABLE keyed (k VARCHAR(3) NOT NULL, n INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:h2:mem:onerror;DB_CLOSE_DELAY=-1', 'table.create' = 'true') ON ERROR DROP;
CREATE SINK itself (source STRING NOT NULL) WITH ('connector' = 'print', 'on-error' = 'to:itself');
====
INSERT INTO good SELECT k, n FROM t; SELECT * FROM bad
----
{"source":"good","column_name":"k","reason":"column 'k' of 'good' is NOT NULL, but a row has NULL there","raw":"{\"k\":null,\"n\":2}"}
{"source":"good","column_name":"k","reason":"column 'k' of 'good' is NOT NULL, but a row has NULL there","raw":"{\"k\":null,\"n\":5000000000}"}
{"source":"good","column_name":"k","reason":"column 'k' of 'good' takes 3 characters, but a row has 5: 'bcdef'","raw":"{\"k\":\"bcdef\",\"n\":3}"}
{"source":"good","column_name":"n","reason":"'n' cannot be computed: value 4000000000 is out of range","raw":"{\"k\":\"d\",\"n\":4000000000}"}
====
INSERT INTO dropped SELECT k, n FROM t WHERE n <> 1; SELECT * FROM dropped ORDER BY k
----
{"k":"e","n":5}
====
INSERT INTO strict SELECT k, n FROM t WHERE k = 'bcdef'
----
error[SLU-4002]: column 'k' of 'strict' takes 3 characters, but a row has 5: 'bcdef'
hint: cut it with LEFT or SUBSTRING, or make the column longer
====
INSERT INTO strict SELECT k, n FROM t WHERE n > 3 AND k = 'd'
----
error[SLU-4002]: 'n' cannot be computed: value 4000000000 is out of range
====
INSERT INTO strict SELECT 'toolong', n FROM t
----
error[SLU-2010]: column 'k' of 'strict' takes 3 characters, but the query gives 'toolong'
hint: give a shorter text, or make the sink's column longer
====
INSERT INTO strict (k) SELECT LEFT(k, 3) FROM t WHERE n = 3; SELECT k FROM strict
----
{"k":"bcd"}
====
INSERT INTO keyed SELECT k, SUM(n) FROM t GROUP BY k EMIT ON UPDATE; SELECT * FROM keyed ORDER BY k
----
{"k":"a","n":1}
{"k":"e","n":5}
====
EXPLAIN INSERT INTO good SELECT k, n FROM t
----
    #3 Scan(table=t, connector=values, columns=[k, n])  {insert-only; columns=[k, n]; bounded}
  #2 ConstraintEnforcer(project=[NOT NULL(AT MOST($0, 'column ''k'' of ''good'' takes 3 characters'), 'column ''k'' of ''good'' is NOT NULL'), CAST($1 AS INTEGER)], onError=to:bad)  {insert-only; columns=[k, n]; bounded}
#1 Sink(table=good, connector=filesystem)  {insert-only; bounded; delivery=at-least-once (exactly-once with checkpoints)}
====
EXPLAIN INSERT INTO keyed SELECT k, SUM(n) FROM t GROUP BY k EMIT ON UPDATE
----
            #7 Scan(table=t, connector=values, columns=[k, n])  {insert-only; columns=[k, n]; bounded}
          #6 Exchange(distribution=hash[$0])  {insert-only; columns=[k, n]; bounded}
        #5 GroupAggregate(keys=[k], calls=[SUM($1)], emit=on update)  {retract; columns=[k, EXPR$1]; key=[[k]]; state=bounded input; bounded}
      #4 FilterProject(project=[$0, $1])  {retract; columns=[k, n]; key=[[k]]; bounded}
    #3 ConstraintEnforcer(project=[NOT NULL(AT MOST($0, 'column ''k'' of ''keyed'' takes 3 characters'), 'column ''k'' of ''keyed'' is NOT NULL'), CAST($1 AS INTEGER)], onError=drop)  {retract; columns=[k, n]; key=[[k]]; bounded}
  #2 DropUpdateBefore(keys=[k])  {upsert; columns=[k, n]; key=[[k]]; bounded}
#1 Sink(table=keyed, connector=jdbc, primaryKey=[k])  {upsert; bounded; delivery=at-least-once (exactly-once with checkpoints)}
====
INSERT INTO itself SELECT k FROM t
----
error[SLU-3004]: 'on-error' of 'itself' sends its rows to itself
hint: name another sink, with the columns source, column_name, reason, raw
