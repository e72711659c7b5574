SET 'batch.rows' = '40';
SET 'checkpoint.interval' = '200 ms';
CREATE STREAM a (id BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH
  ('connector' = 'datagen', 'rows-per-second' = '${RATE}', 'fields.v.min' = '0', 'fields.v.max' = '100',
   'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1600',
   'fields.ts.kind' = 'sequence', 'fields.ts.start' = '2024-01-01 00:00:00', 'fields.ts.step' = '1 s', 'seed' = '7');
CREATE SINK sums WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'sums') AS
  SELECT id % 7 AS k, SUM(v) AS s, COUNT(DISTINCT v) AS d, MIN(v) AS m FROM a GROUP BY id % 7;
CREATE SINK hours WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'hours') AS
  SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
CREATE SINK pairs WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'pairs') AS
  SELECT l.k, COUNT(*) AS n, SUM(r.v) AS s FROM (SELECT id % 11 AS k, v, COUNT(*) AS c FROM a GROUP BY id % 11, v) l
  LEFT JOIN (SELECT id, v FROM a WHERE id % 50 = 0) r ON l.v = r.v GROUP BY l.k;
CREATE SINK top WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = 'top') AS
  SELECT k, r, id, v FROM (SELECT id % 5 AS k, id, v, ROW_NUMBER() OVER (PARTITION BY id % 5 ORDER BY v DESC, id) AS r FROM a) WHERE r <= 2;
