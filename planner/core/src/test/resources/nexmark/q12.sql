SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE processed, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3])  {insert-only; columns=[bidder, bid_count, starttime, endtime]; key=[[bidder, starttime], [bidder, endtime], [bidder, starttime, endtime]]; unbounded}
    #3 WindowAggregate(window=Tumble[timeColumn=1, sizeMicros=10000000, offsetMicros=0], keys=[bidder], calls=[COUNT(*)], emit=on window close)  {insert-only; columns=[bidder, bid_count, window_start, window_end, window_time]; key=[[bidder, window_start], [bidder, window_end], [bidder, window_start, window_end]]; time=window_time; state=open windows of 10000 ms; unbounded}
      #4 Exchange(distribution=hash[$0])  {insert-only; columns=[bidder, $time]; time=$time; unbounded}
        #5 FilterProject(project=[$1, $8])  {insert-only; columns=[bidder, $time]; time=$time; unbounded}
          #6 ProcessingTime()  {insert-only; columns=[$0, $1, $2, $3, $4, $5, $6, $7, $proctime]; time=$proctime; unbounded}
            #7 FilterProject(project=[$0, $1, $2, $3, $4, $5, $6, PROCTIME()])  {insert-only; columns=[$0, $1, $2, $3, $4, $5, $6, $7]; unbounded}
              #8 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, channel, url, dateTime, extra])  {insert-only; columns=[auction, bidder, price, channel, url, dateTime, extra]; unbounded}
