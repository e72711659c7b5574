-- A gzipped CSV file to Parquet, short flights left out.
--
--   ./sluice run pipelines/samples/files/csv-to-parquet.sql
--   ./sluice -e "CREATE TABLE f (origin STRING, distance BIGINT) WITH ('connector' = 'filesystem',
--     'path' = 'out/long-flights.parquet', 'format' = 'parquet'); SELECT origin, distance FROM f LIMIT 5"

CREATE STREAM flights (
  `date`      TIMESTAMP(3),
  delay       BIGINT,
  distance    BIGINT,
  origin      STRING,
  destination STRING
) WITH (
  'connector' = 'filesystem',
  'path'      = 'pipelines/samples/flights/data/flights-2001-01-first-week.csv.gz',
  'format'    = 'csv'
);

CREATE SINK long_flights (
  departure   TIMESTAMP(3),
  origin      STRING,
  destination STRING,
  distance    BIGINT,
  delay       BIGINT
) WITH (
  'connector' = 'filesystem',
  'path'      = '${OUT:out}/long-flights.parquet',
  'format'    = 'parquet'
);

INSERT INTO long_flights
SELECT `date`, origin, destination, distance, delay
FROM flights
WHERE distance >= 1000;
