SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.value
FROM processed AS B JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S
ON MOD(B.auction, 10000) = S.key
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3, $5])  {insert-only; columns=[auction, bidder, price, dateTime, value]; unbounded}
    #3 LookupJoin(kind=inner, table=side_input, connector=datagen, on=[$5 = key], cache=full)  {insert-only; columns=[auction, bidder, price, dateTime, key, value]; state=the whole table in memory, and rows that wait for it; unbounded}
      #4 FilterProject(project=[$0, $1, $2, $3, CAST(MOD($0, 10000) AS BIGINT)])  {insert-only; columns=[auction, bidder, price, dateTime, $5]; unbounded}
        #5 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime])  {insert-only; columns=[auction, bidder, price, dateTime]; unbounded}
