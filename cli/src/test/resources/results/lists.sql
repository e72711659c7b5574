CREATE TABLE t (id INT, k STRING, v STRING, n DECIMAL(30, 2)) WITH ('connector' = 'values', 'rows' = '[
  [1, "a", "x", 3.5], [2, "a", "z", -1], [3, "b", "y", 20], [4, "a", null, 7], [5, "a", "y", null], [6, "b", "x", 100], [7, "a", "x", 0]]');
====
SELECT k, LISTAGG(v) AS plain, LISTAGG(v, '|') WITHIN GROUP (ORDER BY v) AS up, LISTAGG(v, '') WITHIN GROUP (ORDER BY v DESC, id DESC) AS down FROM t GROUP BY k
----
{"k":"a","plain":"x,z,y,x","up":"x|x|y|z","down":"zyxx"}
{"k":"b","plain":"y,x","up":"x|y","down":"yx"}
====
SELECT k, LISTAGG(v, '|') WITHIN GROUP (ORDER BY n) AS low, LISTAGG(v, '|') WITHIN GROUP (ORDER BY n DESC) AS high, LISTAGG(v, '|') WITHIN GROUP (ORDER BY n NULLS FIRST) AS f FROM t GROUP BY k
----
{"k":"a","low":"z|x|x|y","high":"y|x|x|z","f":"y|z|x|x"}
{"k":"b","low":"y|x","high":"x|y","f":"y|x"}
====
SELECT k, ARRAY_AGG(id ORDER BY v, id DESC) AS ids, ARRAY_AGG(v ORDER BY v DESC) AS vs, ARRAY_AGG(n ORDER BY n) AS ns FROM t GROUP BY k
----
{"k":"a","ids":[7,1,5,2,4],"vs":[null,"z","y","x","x"],"ns":[-1.00,0.00,3.50,7.00,null]}
{"k":"b","ids":[6,3],"vs":["y","x"],"ns":[20.00,100.00]}
====
SELECT LISTAGG(DISTINCT v, '') WITHIN GROUP (ORDER BY v DESC) AS d, ARRAY_AGG(DISTINCT k ORDER BY k) AS ks FROM t
----
{"d":"zyx","ks":["a","b"]}
====
SELECT LISTAGG(DISTINCT v) WITHIN GROUP (ORDER BY id) AS d FROM t
----
error[SLU-2006]: 'LISTAGG' of DISTINCT values can be ordered by those values only
hint: order by the argument, or leave DISTINCT out
====
SELECT LISTAGG(v, '-') WITHIN GROUP (ORDER BY id) FILTER (WHERE id > 3) AS f, LISTAGG(v) WITHIN GROUP (ORDER BY id) FILTER (WHERE id > 30) AS nobody FROM t
----
{"f":"y-x-x","nobody":null}
====
SELECT k, ARRAY_AGG(ROW(id, v) ORDER BY id DESC) AS rows_ FROM t GROUP BY k
----
{"k":"a","rows_":[{"EXPR$0":7,"EXPR$1":"x"},{"EXPR$0":5,"EXPR$1":"y"},{"EXPR$0":4,"EXPR$1":null},{"EXPR$0":2,"EXPR$1":"z"},{"EXPR$0":1,"EXPR$1":"x"}]}
{"k":"b","rows_":[{"EXPR$0":6,"EXPR$1":"x"},{"EXPR$0":3,"EXPR$1":"y"}]}
====
SELECT LISTAGG(v, k) AS s FROM t
----
error[SLU-2007]: the separator of 'LISTAGG' must be a constant
====
SELECT LISTAGG(id) AS s FROM t
----
{"s":"1,2,3,4,5,6,7"}
====
-- ordered
SELECT id, n FROM t ORDER BY n DESC, id LIMIT 3
----
{"id":5,"n":null}
{"id":6,"n":100.00}
{"id":3,"n":20.00}
====
-- ordered
SELECT id, n FROM t ORDER BY n, id OFFSET 4 ROWS
----
{"id":3,"n":20.00}
{"id":6,"n":100.00}
{"id":5,"n":null}
====
-- ordered
SELECT id, v FROM t ORDER BY v DESC NULLS LAST, id
----
{"id":2,"v":"z"}
{"id":3,"v":"y"}
{"id":5,"v":"y"}
{"id":1,"v":"x"}
{"id":6,"v":"x"}
{"id":7,"v":"x"}
{"id":4,"v":null}
