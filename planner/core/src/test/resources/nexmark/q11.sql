-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3])  {insert-only; columns=[bidder, bid_count, starttime, endtime]; key=[[bidder, starttime, endtime]]; unbounded}
    #3 WindowAggregate(window=Session[timeColumn=1, gapMicros=10000000], keys=[bidder], calls=[COUNT(*)], emit=on window close)  {insert-only; columns=[bidder, bid_count, window_start, window_end, window_time]; key=[[bidder, window_start, window_end]]; time=window_time; state=open sessions; unbounded}
      #4 Exchange(distribution=hash[$0])  {insert-only; columns=[bidder, $time, $watermark]; time=$time; unbounded}
        #5 FilterProject(project=[$0, $1, $2])  {insert-only; columns=[bidder, $time, $watermark]; time=$time; unbounded}
          #6 Scan(table=bid, connector=datagen, columns=[bidder, dateTime], watermark=($1 - 4000000))  {insert-only; columns=[bidder, dateTime, $watermark]; time=dateTime; unbounded}
