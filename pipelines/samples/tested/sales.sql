-- Sales per shop and hour, with a test beside it: test.sh. Where data comes from and goes to is set from outside,
-- so that the same file runs on test data in CI and on the real ones in production:
--   ./sluice run pipelines/samples/tested/sales.sql --set INPUT='in/*.csv' --set OUTPUT=out/sales.csv
CREATE STREAM orders (
  id BIGINT, shop STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE
) WITH ('connector' = 'filesystem', 'path' = '${INPUT:pipelines/samples/tested/test/orders.csv}', 'format' = 'csv');

CREATE SINK sales (shop STRING, hour_start TIMESTAMP(3), orders BIGINT, amount DECIMAL(20, 2))
WITH ('connector' = 'filesystem', 'path' = '${OUTPUT:sales.csv}', 'format' = 'csv');

INSERT INTO sales
SELECT shop, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR))
WHERE amount > 0
GROUP BY shop, window_start, window_end;
