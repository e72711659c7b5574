-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3, SPLIT_INDEX($4, '/', 3), SPLIT_INDEX($4, '/', 4), SPLIT_INDEX($4, '/', 5)])  {insert-only; columns=[auction, bidder, price, channel, dir1, dir2, dir3]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, channel, url])  {insert-only; columns=[auction, bidder, price, channel, url]; unbounded}
