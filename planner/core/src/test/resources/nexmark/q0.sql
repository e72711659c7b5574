-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime, extra])  {insert-only; columns=[auction, bidder, price, dateTime, extra]; unbounded}
