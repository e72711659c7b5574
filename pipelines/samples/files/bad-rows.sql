-- Records that cannot be read go to a file of their own, with the place and the reason; the rest goes on.
--
--   ./sluice run pipelines/samples/files/bad-rows.sql; cat out/bad-readings.csv

CREATE STREAM readings (
  measured_at TIMESTAMP(3) NOT NULL,
  sensor      STRING,
  celsius     DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path'      = 'pipelines/samples/files/data/readings.csv',
  'format'    = 'csv',
  'on-error'  = 'to:bad_readings'
);

CREATE SINK bad_readings (
  split       STRING,
  line        BIGINT,
  column_name STRING,
  reason      STRING,
  raw         STRING
) WITH (
  'connector' = 'filesystem',
  'path'      = '${OUT:out}/bad-readings.csv',
  'format'    = 'csv'
);

CREATE SINK fahrenheit (measured_at TIMESTAMP(3), sensor STRING, fahrenheit DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${OUT:out}/fahrenheit.json', 'format' = 'json');

INSERT INTO fahrenheit
SELECT measured_at, sensor, celsius * 9 / 5 + 32 FROM readings WHERE celsius IS NOT NULL;
