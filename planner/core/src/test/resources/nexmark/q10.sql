CREATE SINK log PARTITIONED BY (dt, hm) WITH ('connector' = 'blackhole')
AS SELECT auction, bidder, price, `dateTime`, extra,
  DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS dt, DATE_FORMAT(`dateTime`, 'HH:mm') AS hm
FROM bid
----
#1 Sink(table=log, connector=blackhole)  {insert-only; unbounded; delivery=none}
  #2 FilterProject(project=[$0, $1, $2, $3, $4, DATE_FORMAT($3, 'yyyy-MM-dd'), DATE_FORMAT($3, 'HH:mm')])  {insert-only; columns=[auction, bidder, price, dateTime, extra, dt, hm]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime, extra])  {insert-only; columns=[auction, bidder, price, dateTime, extra]; unbounded}
