-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, (0.908 * $2), $3, $4])  {insert-only; columns=[auction, bidder, price, dateTime, extra]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime, extra])  {insert-only; columns=[auction, bidder, price, dateTime, extra]; unbounded}
