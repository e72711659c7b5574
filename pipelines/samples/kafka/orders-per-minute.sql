-- Orders from one Kafka topic, counted by minute and country into another, and each large order into PostgreSQL.
--
--   export PGPASSWORD=…
--   ./sluice run pipelines/samples/kafka/orders-per-minute.sql --set BROKERS=localhost:9092 \
--     --set PGURL=jdbc:postgresql://localhost/shop --set PGUSER=shop
--
-- Runs until Ctrl-C or SIGTERM; a restart goes on from the offsets committed to Kafka.

CREATE STREAM orders (
  order_id BIGINT,
  country  STRING,
  amount   DECIMAL(12, 2),
  ts       TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND IDLE AFTER INTERVAL '1' MINUTE
) WITH (
  'connector'                    = 'kafka',
  'topic'                        = '${ORDERS:orders}',
  'properties.bootstrap.servers' = '${BROKERS:localhost:9092}',
  'properties.group.id'          = 'orders-per-minute',
  'scan.startup.mode'            = 'group-offsets',
  'format'                       = 'json',
  'on-error'                     = 'drop'
);

CREATE SINK orders_per_minute (
  window_start TIMESTAMP(3),
  country      STRING,
  orders       BIGINT,
  revenue      DECIMAL(38, 2)
) WITH (
  'connector'                    = 'kafka',
  'topic'                        = '${PER_MINUTE:orders-per-minute}',
  'properties.bootstrap.servers' = '${BROKERS:localhost:9092}',
  'format'                       = 'json'
);

CREATE SINK large_orders (
  order_id BIGINT,
  country  STRING,
  amount   DECIMAL(12, 2),
  ts       TIMESTAMP(3),
  PRIMARY KEY (order_id) NOT ENFORCED
) WITH (
  'connector'    = 'jdbc',
  'url'          = '${PGURL:jdbc:postgresql://localhost/shop}',
  'table-name'   = 'large_orders',
  'table.create' = 'true',
  'username'     = '${PGUSER:shop}',
  'password'     = '${env:PGPASSWORD}'
);

INSERT INTO orders_per_minute
SELECT window_start, country, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, country;

INSERT INTO large_orders
SELECT order_id, country, amount, ts FROM orders WHERE amount >= 1000;
