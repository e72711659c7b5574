-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {retract; unbounded}
  #2 GroupAggregate(keys=[auction, day], calls=[COUNT(*), COUNT(*) FILTER $2, COUNT(*) FILTER $3, COUNT(*) FILTER $4, MIN($5), MAX($5), AVG($5), SUM($5)], emit=on update)  {retract; columns=[auction, day, total_bids, rank1_bids, rank2_bids, rank3_bids, min_price, max_price, avg_price, sum_price]; key=[[auction, day]]; state=UNBOUNDED: one group per key, never freed; unbounded}
    #3 Exchange(distribution=hash[$0, $1])  {insert-only; columns=[auction, day, $f2, $f3, $f4, price]; unbounded}
      #4 FilterProject(project=[$0, DATE_FORMAT($2, 'yyyy-MM-dd'), IS TRUE(($1 < 10000)), IS TRUE(AND(($1 >= 10000), ($1 < 1000000))), IS TRUE(($1 >= 1000000)), $1])  {insert-only; columns=[auction, day, $f2, $f3, $f4, price]; unbounded}
        #5 Scan(table=bid, connector=datagen, columns=[auction, price, dateTime])  {insert-only; columns=[auction, price, dateTime]; unbounded}
