CREATE TABLE a (id INT, b INT, v STRING) WITH ('connector' = 'values', 'rows' = '[[1, 1, "p"], [2, 1, "q"], [3, 2, "r"], [4, 2, "s"], [5, 3, "t"], [6, null, "u"]]');
CREATE TABLE b (id INT, c INT, v STRING) WITH ('connector' = 'values', 'rows' = '[[1, 1, "x"], [2, 1, "y"], [3, 2, "z"]]');
CREATE TABLE c (id INT, v STRING) WITH ('connector' = 'values', 'rows' = '[[1, "m"]]');
CREATE TABLE e (id INT, v STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'localhost:1', 'format' = 'json');
====
-- the small ones first, the columns as they were
EXPLAIN SELECT a.v, b.v AS w, c.v AS x FROM a JOIN b ON a.b = b.id JOIN c ON b.c = c.id WHERE a.v < c.v OR a.id > 0
----
            #7 Scan(table=b, connector=values, columns=[id, c, v])  {insert-only; columns=[id, c, v]; bounded}
            #9 Scan(table=c, connector=values, columns=[id, v])  {insert-only; columns=[id, v]; bounded}
          #6 Exchange(distribution=hash[$1])  {insert-only; columns=[id, c, v]; bounded}
          #8 Exchange(distribution=hash[$0])  {insert-only; columns=[id, v]; bounded}
        #11 Scan(table=a, connector=values, columns=[id, b, v])  {insert-only; columns=[id, b, v]; bounded}
        #5 Join(kind=inner, on=[c = id], first=right, emit=on window close)  {insert-only; columns=[id, c, v, id0, v0]; state=bounded input; bounded}
      #10 Exchange(distribution=hash[$1])  {insert-only; columns=[id, b, v]; bounded}
      #4 Exchange(distribution=hash[$0])  {insert-only; columns=[id, c, v, id0, v0]; state=bounded input; bounded}
    #3 Join(kind=inner, on=[id = b], where=OR(($7 < $4), ($5 > 0)), first=left, emit=on window close)  {insert-only; columns=[id, c, v, id0, v0, id1, b, v1]; state=bounded input; bounded}
  #2 FilterProject(project=[$7, $2, $4])  {insert-only; columns=[v, w, x]; bounded}
#1 Sink(table=result, connector=sluice-result)  {insert-only; bounded}
====
SELECT a.v, b.v AS w, c.v AS x FROM a JOIN b ON a.b = b.id JOIN c ON b.c = c.id WHERE a.v < c.v OR a.id > 0
----
{"v":"p","w":"x","x":"m"}
{"v":"q","w":"x","x":"m"}
{"v":"r","w":"y","x":"m"}
{"v":"s","w":"y","x":"m"}
====
SELECT * FROM a JOIN b ON a.b = b.id JOIN c ON b.c = c.id AND a.v > b.v EMIT ON UPDATE
----

====
-- inputs that belong to no other come last
SELECT COUNT(*) AS n FROM a CROSS JOIN c JOIN b ON a.b = b.id
----
{"n":5}
====
-- as written where a size is not known
EXPLAIN SELECT a.v FROM a JOIN e ON a.id = e.id JOIN c ON e.v = c.v EMIT ON UPDATE
----
        #5 Scan(table=a, connector=values, columns=[id, v])  {insert-only; columns=[id, v]; bounded}
      #4 Exchange(distribution=broadcast)  {insert-only; columns=[id, v]; bounded}
      #6 Scan(table=e, connector=kafka, columns=[id, v])  {insert-only; columns=[id, v]; unbounded}
      #8 Scan(table=c, connector=values, columns=[v])  {insert-only; columns=[v]; bounded}
    #3 Join(kind=inner, on=[id = id], emit=on update)  {insert-only; columns=[v, v0]; state=rows of the left input, which ends, all in every task; those of the right one until then; unbounded}
    #7 Exchange(distribution=broadcast)  {insert-only; columns=[v]; bounded}
  #2 Join(kind=inner, on=[v0 = v], emit=on update)  {insert-only; columns=[v]; state=rows of the right input, which ends, all in every task; those of the left one until then; unbounded}
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
