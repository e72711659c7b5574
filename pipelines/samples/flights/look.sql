-- What flight-delays.sql has written: the worst hours of the busier airports.
--
--   ./sluice -f pipelines/samples/flights/look.sql

CREATE TABLE hourly_delays (
  airport      VARCHAR(8),
  window_start TIMESTAMP(3),
  flights      BIGINT,
  delayed      BIGINT,
  avg_delay    DOUBLE
) WITH (
  'connector'  = 'jdbc',
  'url'        = 'jdbc:h2:${OUT:./out}/flights',
  'table-name' = 'hourly_delays'
);

SELECT airport, window_start, flights, delayed, ROUND(avg_delay, 1) AS avg_delay
FROM hourly_delays
WHERE flights >= 20
ORDER BY avg_delay DESC
LIMIT 10;
