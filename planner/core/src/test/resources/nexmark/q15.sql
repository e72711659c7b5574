-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {retract; unbounded}
  #2 GroupAggregate(keys=[day], calls=[COUNT(*), COUNT(*) FILTER $1, COUNT(*) FILTER $2, COUNT(*) FILTER $3, COUNT(DISTINCT $4), COUNT(DISTINCT $4) FILTER $1, COUNT(DISTINCT $4) FILTER $2, COUNT(DISTINCT $4) FILTER $3, COUNT(DISTINCT $5), COUNT(DISTINCT $5) FILTER $1, COUNT(DISTINCT $5) FILTER $2, COUNT(DISTINCT $5) FILTER $3], emit=on update)  {retract; columns=[day, total_bids, rank1_bids, rank2_bids, rank3_bids, total_bidders, rank1_bidders, rank2_bidders, rank3_bidders, total_auctions, rank1_auctions, rank2_auctions, rank3_auctions]; key=[[day]]; state=UNBOUNDED: one group per key, with its values, never freed; unbounded}
    #3 Exchange(distribution=hash[$0])  {insert-only; columns=[day, $f1, $f2, $f3, bidder, auction]; unbounded}
      #4 FilterProject(project=[DATE_FORMAT($3, 'yyyy-MM-dd'), IS TRUE(($2 < 10000)), IS TRUE(AND(($2 >= 10000), ($2 < 1000000))), IS TRUE(($2 >= 1000000)), $1, $0])  {insert-only; columns=[day, $f1, $f2, $f3, bidder, auction]; unbounded}
        #5 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime])  {insert-only; columns=[auction, bidder, price, dateTime]; unbounded}
