CREATE TABLE t (id INT, a ARRAY<INT>, b ARRAY<STRING>, m MAP<STRING, INT>, j STRING, s STRING)
  WITH ('connector' = 'values', 'rows' = '[
    {"id": 1, "a": [3, 1, null, 3], "b": ["x", null, "y"], "m": {"p": 1, "q": null}, "j": "{\"a\": {\"b\": [1, \"x\"]}, \"c.d\": true}", "s": "ab12"},
    {"id": 2, "a": [], "b": [], "m": {}, "j": "[1, 2]", "s": ""},
    {"id": 3, "a": null, "b": null, "m": null, "j": null, "s": null},
    {"id": 4, "a": [7], "b": ["z"], "m": {"r": 2}, "j": "not json", "s": "7"}]');
====
SELECT id, ARRAY_APPEND(a, 9) AS app, ARRAY_PREPEND(a, NULL) AS pre, ARRAY_CONCAT(a, ARRAY[5], a) AS con, ARRAY_DISTINCT(a) AS dis FROM t
----
{"id":1,"app":[3,1,null,3,9],"pre":[null,3,1,null,3],"con":[3,1,null,3,5,3,1,null,3],"dis":[3,1,null]}
{"id":2,"app":[9],"pre":[null],"con":[5],"dis":[]}
{"id":3,"app":null,"pre":null,"con":null,"dis":null}
{"id":4,"app":[7,9],"pre":[null,7],"con":[7,5,7],"dis":[7]}
====
SELECT id, ARRAY_EXCEPT(a, ARRAY[1]) AS e, ARRAY_INTERSECT(a, ARRAY[7, 3]) AS i, ARRAY_UNION(a, ARRAY[3, 8]) AS u, ARRAY_REMOVE(a, 3) AS r, ARRAY_REMOVE(a, CAST(NULL AS INT)) AS rn FROM t
----
{"id":1,"e":[3,null],"i":[3],"u":[3,1,null,8],"r":[1,null],"rn":[3,1,3]}
{"id":2,"e":[],"i":[],"u":[3,8],"r":[],"rn":[]}
{"id":3,"e":null,"i":null,"u":null,"r":null,"rn":null}
{"id":4,"e":[7],"i":[7],"u":[7,3,8],"r":[7],"rn":[7]}
====
SELECT id, ARRAY_REVERSE(a) AS r, ARRAY_SLICE(a, 2) AS s2, ARRAY_SLICE(a, -2, -1) AS s3, ARRAY_SLICE(a, 3, 2) AS s4, ARRAY_SORT(a) AS so, ARRAY_SORT(a, FALSE) AS d, ARRAY_SORT(a, TRUE, FALSE) AS nl FROM t
----
{"id":1,"r":[3,null,1,3],"s2":[1,null,3],"s3":[null,3],"s4":[],"so":[null,1,3,3],"d":[3,3,1,null],"nl":[1,3,3,null]}
{"id":2,"r":[],"s2":[],"s3":[],"s4":[],"so":[],"d":[],"nl":[]}
{"id":3,"r":null,"s2":null,"s3":null,"s4":null,"so":null,"d":null,"nl":null}
{"id":4,"r":[7],"s2":[],"s3":[7],"s4":[],"so":[7],"d":[7],"nl":[7]}
====
SELECT id, ARRAY_JOIN(b, '-') AS j, ARRAY_JOIN(b, '-', '?') AS jn, ARRAY_MAX(a) AS mx, ARRAY_MIN(b) AS mn, ARRAY_POSITION(a, 1) AS p, ARRAY_POSITION(b, 'nope') AS pn,
  ARRAY_CONTAINS(a, 3) AS c, ARRAY_CONTAINS(a, CAST(NULL AS INT)) AS cn, ARRAY_CONTAINS(ARRAY_APPEND(a, NULL), NULL) AS cnn FROM t
----
{"id":1,"j":"x-y","jn":"x-?-y","mx":3,"mn":"x","p":2,"pn":0,"c":true,"cn":true,"cnn":true}
{"id":2,"j":"","jn":"","mx":null,"mn":null,"p":0,"pn":0,"c":false,"cn":false,"cnn":true}
{"id":3,"j":null,"jn":null,"mx":null,"mn":null,"p":null,"pn":null,"c":null,"cn":null,"cnn":null}
{"id":4,"j":"z","jn":"z","mx":7,"mn":"z","p":0,"pn":0,"c":false,"cn":false,"cnn":true}
====
SELECT id, MAP_KEYS(m) AS k, MAP_VALUES(m) AS v, MAP_ENTRIES(m) AS e, MAP_UNION(m, MAP['p', 5]) AS u, MAP_FROM_ARRAYS(b, b) AS f FROM t WHERE id <> 1
----
{"id":2,"k":[],"v":[],"e":[],"u":{"p":5},"f":{}}
{"id":3,"k":null,"v":null,"e":null,"u":null,"f":null}
{"id":4,"k":["r"],"v":[2],"e":[{"key":"r","value":2}],"u":{"r":2,"p":5},"f":{"z":"z"}}
====
SELECT MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1, 2]) AS m
----
error[SLU-4002]: 'm' cannot be computed: MAP_FROM_ARRAYS of 1 keys and 2 values
====
SELECT ELEMENT(ARRAY[1, 2]) AS e
----
error[SLU-4002]: 'e' cannot be computed: ELEMENT of an array of 2 elements
====
SELECT id, ELEMENT(a) AS e FROM t WHERE id > 1
----
{"id":2,"e":null}
{"id":3,"e":null}
{"id":4,"e":7}
====
SELECT ARRAY_APPEND(ARRAY[1, 2], 2.5) AS a, ARRAY_UNION(ARRAY[1], ARRAY[1.5]) AS u, ARRAY_CONTAINS(ARRAY[1.5, 2], 2) AS c, ARRAY_CONTAINS(ARRAY[ARRAY[1], ARRAY[2]], ARRAY[2]) AS n
----
{"a":[1.0,2.0,2.5],"u":[1.0,1.5],"c":true,"n":true}
====
SELECT ARRAY_SORT(ARRAY[MAP['a', 1]]) AS x
----
{"x":[{"a":1}]}
====
SELECT id, ELT(id, s, 'two') AS e, PRINTF('%5d|%s', id, s) AS p, PRINTF('%d', s) AS bad, UNHEX(s) AS u, CONV(s, 16, 10) AS c, IS_ALPHA(s) AS ia, IS_DIGIT(s) AS id_, IS_DECIMAL(s) AS de FROM t
----
{"id":1,"e":"ab12","p":"    1|ab12","bad":null,"u":"ab12","c":"43794","ia":false,"id_":false,"de":false}
{"id":2,"e":"two","p":"    2|","bad":null,"u":"","c":null,"ia":false,"id_":false,"de":false}
{"id":3,"e":null,"p":"    3|null","bad":"null","u":null,"c":null,"ia":false,"id_":false,"de":false}
{"id":4,"e":null,"p":"    4|7","bad":null,"u":"07","c":"7","ia":false,"id_":true,"de":true}
====
SELECT TYPEOF(a) AS ta, TYPEOF(id + 1) AS ti, TYPEOF(m) AS tm, DECODE(ENCODE('né', 'UTF-16BE'), 'UTF-16BE') AS d FROM t WHERE id = 1
----
{"ta":"ARRAY<INTEGER>","ti":"INTEGER","tm":"MAP<STRING, INTEGER>","d":"né"}
====
SELECT SPLIT('a,,b', ',') AS s, SPLIT('abc', '') AS c, SPLIT('abc', '|') AS n, STR_TO_MAP('k1:v1;k2', ';', ':') AS m, REGEXP_EXTRACT_ALL('a1b22', '[a-z]([0-9]+)', 0) AS r, REGEXP_EXTRACT_ALL('a1', '[a-z]', 1) AS nothing
----
{"s":["a","","b"],"c":["a","b","c"],"n":["abc"],"m":{"k1":"v1","k2":null},"r":["a1","b22"],"nothing":null}
====
SELECT id, JSON_VALUE(j, '$.a.b[1]') AS v, JSON_VALUE(j, '$["c.d"]' RETURNING BOOLEAN) AS b, JSON_VALUE(j, 'lax $.z' DEFAULT 'none' ON EMPTY DEFAULT 'bad' ON ERROR) AS d,
  JSON_VALUE(j, 'strict $.z' DEFAULT 0 ON ERROR) AS st, JSON_VALUE(j, '$.a' DEFAULT 'object' ON ERROR) AS o FROM t
----
{"id":1,"v":"x","b":true,"d":"none","st":"0","o":"object"}
{"id":2,"v":null,"b":null,"d":"none","st":"0","o":null}
{"id":3,"v":null,"b":null,"d":null,"st":null,"o":null}
{"id":4,"v":null,"b":null,"d":"bad","st":"0","o":"object"}
====
SELECT JSON_VALUE('{}', '$.a' ERROR ON EMPTY) AS x
----
error[SLU-4002]: 'x' cannot be computed: JSON_VALUE finds no scalar at '$.a'
====
SELECT id, JSON_QUERY(j, '$.a.b') AS q, JSON_QUERY(j, '$[*]') AS all_of, JSON_QUERY(j, '$.a' WITH CONDITIONAL ARRAY WRAPPER) AS wc, JSON_QUERY(j, '$.a.b[0]' WITH UNCONDITIONAL WRAPPER) AS wu,
  JSON_QUERY(j, '$.z' EMPTY OBJECT ON EMPTY EMPTY ARRAY ON ERROR) AS e FROM t
----
{"id":1,"q":"[1,\"x\"]","all_of":"[{\"b\":[1,\"x\"]},true]","wc":"[{\"b\":[1,\"x\"]}]","wu":"[1]","e":"{}"}
{"id":2,"q":null,"all_of":"[1,2]","wc":null,"wu":null,"e":"{}"}
{"id":3,"q":null,"all_of":null,"wc":null,"wu":null,"e":null}
{"id":4,"q":null,"all_of":null,"wc":null,"wu":null,"e":"[]"}
====
SELECT id, JSON_EXISTS(j, '$.a') AS e, JSON_EXISTS(j, 'strict $.z' TRUE ON ERROR) AS t, j IS JSON AS i, j IS JSON ARRAY AS ia, j IS JSON OBJECT AS io, j IS NOT JSON SCALAR AS ns FROM t
----
{"id":1,"e":true,"t":true,"i":true,"ia":false,"io":true,"ns":true}
{"id":2,"e":false,"t":true,"i":true,"ia":true,"io":false,"ns":true}
{"id":3,"e":null,"t":null,"i":null,"ia":null,"io":null,"ns":null}
{"id":4,"e":false,"t":true,"i":false,"ia":false,"io":false,"ns":true}
====
SELECT id, JSON_STRING(a) AS a, JSON_STRING(m) AS m, JSON_STRING(s) AS s, JSON_STRING(ROW(1, 2.50, TRUE)) AS r, JSON_QUOTE(s) AS q, JSON_UNQUOTE(JSON_QUOTE(s)) AS u FROM t
----
{"id":1,"a":"[3,1,null,3]","m":"{\"p\":1,\"q\":null}","s":"\"ab12\"","r":"{\"EXPR$0\":1,\"EXPR$1\":2.50,\"EXPR$2\":true}","q":"\"ab12\"","u":"ab12"}
{"id":2,"a":"[]","m":"{}","s":"\"\"","r":"{\"EXPR$0\":1,\"EXPR$1\":2.50,\"EXPR$2\":true}","q":"\"\"","u":""}
{"id":3,"a":null,"m":null,"s":null,"r":"{\"EXPR$0\":1,\"EXPR$1\":2.50,\"EXPR$2\":true}","q":null,"u":null}
{"id":4,"a":"[7]","m":"{\"r\":2}","s":"\"7\"","r":"{\"EXPR$0\":1,\"EXPR$1\":2.50,\"EXPR$2\":true}","q":"\"7\"","u":"7"}
====
SELECT JSON_STRING(DATE '2024-02-29') AS d, JSON_STRING(TIMESTAMP '2024-02-29 01:02:03.456') AS ts, JSON_STRING(TIME '01:02:03') AS ti, JSON_STRING(X'00FF') AS b, JSON_STRING(CAST(1.5 AS FLOAT)) AS f
----
{"d":"\"2024-02-29\"","ts":"\"2024-02-29 01:02:03.456\"","ti":"\"01:02:03\"","b":"\"AP8=\"","f":"1.5"}
====
SELECT id, JSON_OBJECT('id' VALUE id, 's' VALUE s, 'n' VALUE JSON_ARRAY(id, s, JSON_OBJECT('x' VALUE a))) AS o, JSON_OBJECT(KEY 'k' VALUE s ABSENT ON NULL) AS a, JSON_ARRAY(s, NULL, id NULL ON NULL) AS n, JSON_ARRAY() AS e FROM t
----
{"id":1,"o":"{\"id\":1,\"s\":\"ab12\",\"n\":[1,\"ab12\",{\"x\":[3,1,null,3]}]}","a":"{\"k\":\"ab12\"}","n":"[\"ab12\",null,1]","e":"[]"}
{"id":2,"o":"{\"id\":2,\"s\":\"\",\"n\":[2,\"\",{\"x\":[]}]}","a":"{\"k\":\"\"}","n":"[\"\",null,2]","e":"[]"}
{"id":3,"o":"{\"id\":3,\"s\":null,\"n\":[3,{\"x\":null}]}","a":"{}","n":"[null,null,3]","e":"[]"}
{"id":4,"o":"{\"id\":4,\"s\":\"7\",\"n\":[4,\"7\",{\"x\":[7]}]}","a":"{\"k\":\"7\"}","n":"[\"7\",null,4]","e":"[]"}
====
SELECT JSON_ARRAYAGG(s) AS a, JSON_ARRAYAGG(s NULL ON NULL) AS n, JSON_OBJECTAGG(KEY 'k' || CAST(id AS STRING) VALUE s) AS o FROM (SELECT * FROM t WHERE id > 2)
----
{"a":"[\"7\"]","n":"[null,\"7\"]","o":"{\"k3\":null,\"k4\":\"7\"}"}
====
SELECT DATE_FORMAT('2024-01-02 10:00:00', 'yyyy/MM') AS s, DATE_FORMAT(DATE '2024-01-02', 'dd.MM.') AS d, TO_TIMESTAMP_LTZ('2024-01-02 00:00:00') AS z,
  TO_TIMESTAMP_LTZ('02.01.2024 10', 'dd.MM.yyyy HH', 'Asia/Tokyo') AS tz, TO_TIMESTAMP_LTZ('x') AS n
----
{"s":"2024/01","d":"02.01.","z":"2024-01-02 00:00:00.000Z","tz":"2024-01-02 01:00:00.000Z","n":null}
