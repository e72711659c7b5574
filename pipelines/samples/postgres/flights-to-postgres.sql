-- A week of flights from a file into PostgreSQL: each flight once, and the delays of each day and airport.
--
--   export PGPASSWORD=…
--   ./sluice run pipelines/samples/postgres/flights-to-postgres.sql \
--     --set PGURL=jdbc:postgresql://localhost/shop --set PGUSER=shop
--
-- A second run replaces what the first has written.

CREATE STREAM flights (
  `date`      TIMESTAMP(3),
  delay       BIGINT,
  distance    BIGINT,
  origin      STRING,
  destination STRING,
  WATERMARK FOR `date` AS `date` - INTERVAL '1' HOUR
) WITH (
  'connector' = 'filesystem',
  'path'      = 'pipelines/samples/flights/data/flights-2001-01-first-week.csv.gz',
  'format'    = 'csv'
);

CREATE SINK daily_delays (
  airport   STRING,
  day_start TIMESTAMP(3),
  flights   BIGINT,
  avg_delay DOUBLE,
  PRIMARY KEY (airport, day_start) NOT ENFORCED
) WITH (
  'connector'    = 'jdbc',
  'url'          = '${PGURL:jdbc:postgresql://localhost/shop}',
  'table-name'   = 'daily_delays',
  'table.create' = 'true',
  'username'     = '${PGUSER:shop}',
  'password'     = '${env:PGPASSWORD}'
);

INSERT INTO daily_delays
SELECT origin, window_start, COUNT(*), AVG(CAST(delay AS DOUBLE))
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' DAY))
GROUP BY origin, window_start, window_end;
