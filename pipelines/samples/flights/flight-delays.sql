-- Delay statistics of US airports, by the hour and over sliding three hours, into an embedded database.
--
--   ./sluice run pipelines/samples/flights/flight-delays.sql      (from the root of the repository)
--   ./sluice -f pipelines/samples/flights/look.sql                to look at the result
--
-- FLIGHTS is the file to read, OUT the folder to write to: --set OUT=/tmp/demo

CREATE STREAM flights (
  `date`      TIMESTAMP(3),          -- departure
  delay       BIGINT,                -- minutes; negative is early
  distance    BIGINT,                -- miles
  origin      STRING,
  destination STRING,
  WATERMARK FOR `date` AS `date` - INTERVAL '5' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path'      = '${FLIGHTS:pipelines/samples/flights/data/flights-2001-01-first-week.csv.gz}',
  'format'    = 'csv'
);

-- The primary keys make both tables upserts: a second run replaces rows instead of adding them again.
CREATE SINK hourly_delays (
  airport      VARCHAR(8),
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  flights      BIGINT,
  delayed      BIGINT,
  avg_delay    DOUBLE,
  max_delay    BIGINT,
  PRIMARY KEY (airport, window_start) NOT ENFORCED
) WITH (
  'connector'    = 'jdbc',
  'url'          = 'jdbc:h2:${OUT:./out}/flights',
  'table-name'   = 'hourly_delays',
  'table.create' = 'true'
);

CREATE SINK sliding_delays (
  airport      VARCHAR(8),
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  flights      BIGINT,
  avg_delay    DOUBLE,
  PRIMARY KEY (airport, window_start) NOT ENFORCED
) WITH (
  'connector'    = 'jdbc',
  'url'          = 'jdbc:h2:${OUT:./out}/flights',
  'table-name'   = 'sliding_delays',
  'table.create' = 'true'
);

-- Both inserts run as one graph: the file is read and decoded once.
INSERT INTO hourly_delays
SELECT
  origin,
  window_start,
  window_end,
  COUNT(*),
  COUNT(*) FILTER (WHERE delay > 15),
  AVG(CAST(delay AS DOUBLE)),
  MAX(delay)
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;

INSERT INTO sliding_delays
SELECT origin, window_start, window_end, COUNT(*), AVG(CAST(delay AS DOUBLE))
FROM TABLE(HOP(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR, INTERVAL '3' HOUR))
GROUP BY window_start, window_end, origin;
