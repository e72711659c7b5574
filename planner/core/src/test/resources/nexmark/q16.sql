-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {retract; unbounded}
  #2 GroupAggregate(keys=[channel, day], calls=[MAX($2), COUNT(*), COUNT(*) FILTER $3, COUNT(*) FILTER $4, COUNT(*) FILTER $5, COUNT(DISTINCT $6), COUNT(DISTINCT $6) FILTER $3, COUNT(DISTINCT $6) FILTER $4, COUNT(DISTINCT $6) FILTER $5, COUNT(DISTINCT $7), COUNT(DISTINCT $7) FILTER $3, COUNT(DISTINCT $7) FILTER $4, COUNT(DISTINCT $7) FILTER $5], emit=on update)  {retract; columns=[channel, day, minute, total_bids, rank1_bids, rank2_bids, rank3_bids, total_bidders, rank1_bidders, rank2_bidders, rank3_bidders, total_auctions, rank1_auctions, rank2_auctions, rank3_auctions]; key=[[channel, day]]; state=UNBOUNDED: one group per key, with its values, never freed; unbounded}
    #3 Exchange(distribution=hash[$0, $1])  {insert-only; columns=[channel, day, $f2, $f3, $f4, $f5, bidder, auction]; unbounded}
      #4 FilterProject(project=[$3, DATE_FORMAT($4, 'yyyy-MM-dd'), DATE_FORMAT($4, 'HH:mm'), IS TRUE(($2 < 10000)), IS TRUE(AND(($2 >= 10000), ($2 < 1000000))), IS TRUE(($2 >= 1000000)), $1, $0])  {insert-only; columns=[channel, day, $f2, $f3, $f4, $f5, bidder, auction]; unbounded}
        #5 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, channel, dateTime])  {insert-only; columns=[auction, bidder, price, channel, dateTime]; unbounded}
