-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3])  {insert-only; columns=[bidder, bid_count, starttime, endtime]; key=[[bidder, starttime, endtime]]; unbounded}
    #3 WindowAggregate(window=Attached[startColumn=1, timeColumn=2, unitMicros=1000, local=false], keys=[bidder], calls=[COUNT(*)], emit=on window close)  {insert-only; columns=[bidder, bid_count, window_start, window_end, window_time]; key=[[bidder, window_start, window_end]]; time=window_time; state=open windows; unbounded}
      #4 Exchange(distribution=hash[$0])  {insert-only; columns=[bidder, $start, $end]; unbounded}
        #5 FilterProject(project=[$0, $3, $4])  {insert-only; columns=[bidder, $start, $end]; unbounded}
          #6 WindowAssign(window=Session[timeColumn=1, gapMicros=10000000], keys=[bidder], late=dropped)  {insert-only; columns=[bidder, dateTime, $watermark, window_start, window_end, window_time]; time=window_time; state=rows of open sessions; unbounded}
            #7 Exchange(distribution=hash[$0])  {insert-only; columns=[bidder, dateTime, $watermark]; time=dateTime; unbounded}
              #8 Scan(table=bid, connector=datagen, columns=[bidder, dateTime], watermark=($1 - 4000000))  {insert-only; columns=[bidder, dateTime, $watermark]; time=dateTime; unbounded}
