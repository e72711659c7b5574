CREATE TABLE b (k STRING, n INT, ts TIMESTAMP(3), x DOUBLE, WATERMARK FOR ts AS ts) WITH ('connector'='values','rows'='[["a",1,"2024-01-01 00:00:00",1.5],["b",2,"2024-01-01 00:01:00",2.5],["a",3,"2024-01-01 00:02:00",null],["c",null,"2024-01-01 00:03:00",0.5]]');
CREATE TABLE dim (id STRING, name STRING) WITH ('connector'='values','rows'='[["a","A"],["b","B"]]');
CREATE VIEW v AS SELECT k, COUNT(*) AS c FROM b GROUP BY k;
CREATE SINK s (k STRING) WITH ('connector' = 'blackhole');
====
SELECT k, PERCENTILE(n, 0.5) AS p, MEDIAN(n) AS m, PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY n DESC) AS c, PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY k) AS d, CARDINALITY(COLLECT(n)) AS l FROM b GROUP BY k
----
{"k":"a","p":2.0,"m":2.0,"c":2.5,"d":"a","l":2}
{"k":"b","p":2.0,"m":2.0,"c":2.0,"d":"b","l":1}
{"k":"c","p":null,"m":null,"c":null,"d":"c","l":0}
====
SELECT PERCENTILE(n, ARRAY[0.0, 0.5, 1.0]) AS p, PERCENTILE(n, 0.5, n) AS w, MEDIAN(n) FILTER (WHERE n > 1) AS f, PERCENTILE_DISC(1.0) WITHIN GROUP (ORDER BY ts) AS t, PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY n DESC) AS d FROM b
----
{"p":[1.0,2.0,3.0],"w":2.5,"f":2.5,"t":"2024-01-01 00:03:00.000","d":1}
====
SELECT k, MEDIAN(n) OVER (PARTITION BY k ORDER BY ts) AS m, MEDIAN(n) FILTER (WHERE n > 1) OVER (PARTITION BY k) AS f FROM b
----
{"k":"a","m":1.0,"f":3.0}
{"k":"a","m":2.0,"f":3.0}
{"k":"b","m":2.0,"f":2.0}
{"k":"c","m":null,"f":null}
====
SELECT MEDIAN(c) AS m FROM v EMIT ON UPDATE
----
{"m":1.0}
====
SELECT window_start, MEDIAN(x) AS m FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '2' MINUTE)) GROUP BY window_start, window_end
----
{"window_start":"2024-01-01 00:00:00.000","m":2.0}
{"window_start":"2024-01-01 00:02:00.000","m":0.5}
====
SELECT MEDIAN(k) FROM b
----
error[SLU-2005]: PERCENTILE, PERCENTILE_CONT and MEDIAN take numbers, not STRING
hint: PERCENTILE_DISC takes any values that have an order
====
SELECT PERCENTILE(n, 2) FROM b
----
error[SLU-2016]: a percentile lies between 0 and 1, not at 2
hint: write the fraction: 0.95 for the 95th percentile
====
SELECT COUNT(*) AS n FROM (SELECT r FROM (SELECT RAND() AS r, n FROM b) WHERE r < 0.5) WHERE r >= 0.5
----
{"n":0}
====
SELECT COUNT(DISTINCT u) AS n, MIN(i) >= 0 AND MAX(i) < 3 AS ok FROM (SELECT UUID() AS u, RAND_INTEGER(3) AS i FROM b)
----
{"n":4,"ok":true}
====
SELECT x.r = x.s AS e FROM (SELECT r, r AS s, k FROM (SELECT RAND() AS r, k FROM b)) AS x JOIN dim ON x.k = dim.id WHERE x.r < 2
----
{"e":true}
{"e":true}
{"e":true}
====
SELECT k, RAND() AS r FROM v EMIT ON UPDATE
----
error[SLU-2011]: RAND over a result that updates would make another row of each that is taken back
hint: compute it of rows that are only inserted, before the result is made of them
====
SELECT k FROM v WHERE RAND() < 0.5 EMIT ON UPDATE
----
error[SLU-2011]: RAND over a result that updates would make another row of each that is taken back
hint: compute it of rows that are only inserted, before the result is made of them
====
SELECT n, SUM(n) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS a, COUNT(*) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) AS t, MAX(n) OVER (ORDER BY k RANGE UNBOUNDED PRECEDING EXCLUDE GROUP) AS g FROM b
----
{"n":1,"a":5,"t":3,"g":null}
{"n":2,"a":4,"t":4,"g":3}
{"n":3,"a":3,"t":3,"g":null}
{"n":null,"a":6,"t":4,"g":3}
====
SELECT ARRAY_AGG(n) OVER (ORDER BY n ROWS 1 PRECEDING EXCLUDE CURRENT ROW) FROM b
----
error[SLU-2007]: EXCLUDE is not supported with ARRAY_AGG
hint: it goes with aggregates that do not depend on an order, such as SUM and MAX
====
SELECT n FROM default_catalog.default_database.b WHERE n < 3
----
{"n":1}
{"n":2}
====
CREATE TABLE part (n INT, k STRING) PARTITIONED BY (k) WITH ('connector'='filesystem','path'='part.json','format'='json'); INSERT INTO part PARTITION (k='z') SELECT n FROM b; SELECT * FROM part
----
error[SLU-3004]: 'part.json' is one file and cannot be PARTITIONED BY
hint: give a directory as the path and the format by 'format'
====
EXPLAIN STATEMENT SET BEGIN INSERT INTO s SELECT k FROM b; INSERT INTO s SELECT name FROM dim; END
----
    #5 Scan(table=dim, connector=values, columns=[name])  {insert-only; columns=[name]; bounded}
  #2 Scan(table=b, connector=values, columns=[k])  {insert-only; columns=[k]; bounded}
  #4 FilterProject(project=[$0])  {insert-only; columns=[k]; bounded}
#1 Sink(table=s, connector=blackhole)  {insert-only; bounded; delivery=none}
#3 Sink(table=s, connector=blackhole)  {insert-only; bounded; delivery=none}
====
DESCRIBE FUNCTION UPPER
----
{"function":"UPPER('aé') = 'AÉ'","description":"Upper case."}
