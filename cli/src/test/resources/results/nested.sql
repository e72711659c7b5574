CREATE TABLE t (id INT, r ROW<a INT, b ROW<c INT>>, m MAP<STRING, INT>, l ARRAY<ROW<x INT>>) WITH ('connector' = 'values', 'rows' = '[
  [1, {"a": 1, "b": {"c": 5}}, {"k": 3}, [{"x": 1}, {"x": 2}]],
  [2, {"a": 2, "b": {"c": 5}}, {"j": 3}, []],
  [3, null, null, null],
  [4, {"a": 2, "b": {"c": 4}}, {}, [null, {"x": 9}]]]');
====
SELECT id, r.a, r.b.c, t.r.b.c AS d, m['k'] AS k, l[2].x AS x, CARDINALITY(l) AS n, CARDINALITY(m) AS e FROM t
----
{"id":1,"a":1,"c":5,"d":5,"k":3,"x":2,"n":2,"e":1}
{"id":2,"a":2,"c":5,"d":5,"k":null,"x":null,"n":0,"e":1}
{"id":3,"a":null,"c":null,"d":null,"k":null,"x":null,"n":null,"e":null}
{"id":4,"a":2,"c":4,"d":4,"k":null,"x":9,"n":2,"e":0}
====
SELECT id, ARRAY[id, r.a, 7] AS a, MAP['id', id, 'a', r.a] AS m, ROW(id, l) AS w FROM t
----
{"id":1,"a":[1,1,7],"m":{"id":1,"a":1},"w":{"EXPR$0":1,"EXPR$1":[{"x":1},{"x":2}]}}
{"id":2,"a":[2,2,7],"m":{"id":2,"a":2},"w":{"EXPR$0":2,"EXPR$1":[]}}
{"id":3,"a":[3,null,7],"m":{"id":3,"a":null},"w":{"EXPR$0":3,"EXPR$1":null}}
{"id":4,"a":[4,2,7],"m":{"id":4,"a":2},"w":{"EXPR$0":4,"EXPR$1":[null,{"x":9}]}}
====
SELECT id, ARRAY[id, r.a][r.a] AS a, MAP['id', id, 'a', r.a]['a'] AS m, CARDINALITY(MAP['a', 1, 'a', id]) AS n, MAP['a', 1, 'a', id]['a'] AS z FROM t
----
{"id":1,"a":1,"m":1,"n":1,"z":1}
{"id":2,"a":2,"m":2,"n":1,"z":2}
{"id":3,"a":null,"m":null,"n":1,"z":3}
{"id":4,"a":2,"m":2,"n":1,"z":4}
====
SELECT id, CASE WHEN id < 3 THEN l WHEN id = 3 THEN ARRAY[ROW(id)] END AS c, COALESCE(m, MAP['none', id]) AS d FROM t
----
{"id":1,"c":[{"EXPR$0":1},{"EXPR$0":2}],"d":{"k":3}}
{"id":2,"c":[],"d":{"j":3}}
{"id":3,"c":[{"EXPR$0":3}],"d":{"none":3}}
{"id":4,"c":null,"d":{}}
====
SELECT id, CASE WHEN id <> 3 THEN ARRAY[12 / (id - 3)] END AS c FROM t
----
{"id":1,"c":[-6]}
{"id":2,"c":[-12]}
{"id":3,"c":null}
{"id":4,"c":[12]}
====
SELECT ARRAY[12 / (id - 3)] AS c FROM t
----
error[SLU-4002]: 'c' cannot be computed: division of 12 by zero
====
SELECT id, l = ARRAY[ROW(1), ROW(2)] AS same, r IS NOT DISTINCT FROM CAST(ROW(2, ROW(4)) AS ROW(a INT, b ROW(c INT))) AS r4, m IS NULL AS n FROM t
----
{"id":1,"same":true,"r4":false,"n":false}
{"id":2,"same":false,"r4":false,"n":false}
{"id":3,"same":null,"r4":false,"n":true}
{"id":4,"same":false,"r4":true,"n":false}
====
SELECT r.b, COUNT(*) AS n FROM t GROUP BY r.b
----
{"b":null,"n":1}
{"b":{"c":4},"n":1}
{"b":{"c":5},"n":2}
====
SELECT m, COUNT(*) AS n, COUNT(DISTINCT l) AS d, ARRAY_AGG(r) AS rs FROM t WHERE id > 2 OR id = 1 GROUP BY m
----
{"m":null,"n":1,"d":0,"rs":[null]}
{"m":{"k":3},"n":1,"d":1,"rs":[{"a":1,"b":{"c":5}}]}
{"m":{},"n":1,"d":1,"rs":[{"a":2,"b":{"c":4}}]}
====
SELECT DISTINCT ARRAY[r.b.c] AS c FROM t
----
{"c":[4]}
{"c":[5]}
{"c":[null]}
====
-- ordered
SELECT id, l, m, r FROM t ORDER BY id DESC LIMIT 3
----
{"id":4,"l":[null,{"x":9}],"m":{},"r":{"a":2,"b":{"c":4}}}
{"id":3,"l":null,"m":null,"r":null}
{"id":2,"l":[],"m":{"j":3},"r":{"a":2,"b":{"c":5}}}
====
SELECT id FROM t ORDER BY l
----
error[SLU-2005]: cannot order by 'l' of a nested type
====
SELECT MAX(l) AS m FROM t
----
error[SLU-2004]: 'MAX' does not take 'ARRAY<ROW<x INTEGER>>'
====
SELECT r < r AS b FROM t
----
{"b":false}
{"b":false}
{"b":false}
{"b":null}
====
SELECT id, CAST(ARRAY[id, r.a] AS BIGINT ARRAY) AS b, CAST(m AS MAP<VARCHAR, VARCHAR>) AS m, CAST(r AS ROW(x VARCHAR, y ROW(z BIGINT))) AS r FROM t
----
{"id":1,"b":[1,1],"m":{"k":"3"},"r":{"x":"1","y":{"z":5}}}
{"id":2,"b":[2,2],"m":{"j":"3"},"r":{"x":"2","y":{"z":5}}}
{"id":3,"b":[3,null],"m":null,"r":null}
{"id":4,"b":[4,2],"m":{},"r":{"x":"2","y":{"z":4}}}
====
SELECT ARRAY_CONTAINS(ARRAY[id, r.a], 2) AS two, ARRAY_CONTAINS(ARRAY['x', CAST(id AS VARCHAR)], '4') AS four FROM t WHERE id <> 3
----
{"two":false,"four":false}
{"two":true,"four":false}
{"two":true,"four":true}
====
SELECT ARRAY[TRUE, NULL] AS b, ARRAY[1.5, 2] AS d, ARRAY[1E0] AS f, ARRAY[DATE '2020-02-29'] AS dt, ARRAY[TIMESTAMP '2020-01-01 10:00:00.5'] AS ts, ARRAY[X'0aff'] AS x, ARRAY[INTERVAL '1' DAY] AS i, ARRAY[ARRAY[1], NULL] AS aa
----
{"b":[true,null],"d":[1.5,2.0],"f":[1.0],"dt":["2020-02-29"],"ts":["2020-01-01 10:00:00.5"],"x":["0aff"],"i":["+1 00:00:00.000000"],"aa":[[1],null]}
====
SELECT ARRAY(SELECT 1) AS q
----
error[SLU-2007]: ARRAY, MAP and MULTISET of a subquery are not supported
hint: aggregate instead: (SELECT ARRAY_AGG(x) FROM …)
====
SELECT NULLIF(ARRAY[id], ARRAY[1]) AS n, IF(id > 2, ARRAY[id], ARRAY[0]) AS i FROM t
----
{"n":[2],"i":[0]}
{"n":[3],"i":[3]}
{"n":[4],"i":[4]}
{"n":null,"i":[0]}
====
SELECT FIRST_VALUE(l) AS f, LAST_VALUE(ARRAY[id]) AS l FROM t
----
{"f":[{"x":1},{"x":2}],"l":[4]}
