SELECT auction, bidder, price, channel,
  SPLIT_INDEX(url, '/', 3) AS dir1, SPLIT_INDEX(url, '/', 4) AS dir2, SPLIT_INDEX(url, '/', 5) AS dir3
FROM bid
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3, SPLIT_INDEX($4, '/', 3), SPLIT_INDEX($4, '/', 4), SPLIT_INDEX($4, '/', 5)])  {insert-only; columns=[auction, bidder, price, channel, dir1, dir2, dir3]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, channel, url])  {insert-only; columns=[auction, bidder, price, channel, url]; unbounded}
