SELECT Q.seller,
  AVG(Q.final) OVER (PARTITION BY Q.seller ORDER BY Q.`dateTime` ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS avg_price
FROM (
  SELECT A.seller, B.price AS final, B.`dateTime`
  FROM auction AS A JOIN bid AS B ON A.id = B.auction
  WHERE B.`dateTime` BETWEEN A.`dateTime` AND A.expires
  QUALIFY ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC) = 1
) AS Q
----
#1 Sink(table=result, connector=sluice-result)  {retract; unbounded}
  #2 FilterProject(project=[$0, $3])  {retract; columns=[seller, avg_price]; unbounded}
    #3 Over(partitionBy=[seller], orderBy=[$1], calls=[AVG($2) ROWS -9..0], emit=on update)  {retract; columns=[seller, dateTime, final, $over1]; state=UNBOUNDED: all rows, never freed; unbounded}
      #4 Exchange(distribution=hash[$0])  {retract; columns=[seller, dateTime, final]; unbounded}
        #5 FilterProject(project=[$2, $3, $1])  {retract; columns=[seller, dateTime, final]; unbounded}
          #6 Rank(function=ROW_NUMBER, partitionBy=[id], orderBy=[$1 DESC], rows=1, emit=on update)  {retract; columns=[id, price, seller, dateTime0]; key=[[id]]; state=UNBOUNDED: first rows of every key, never freed; unbounded}
            #7 Exchange(distribution=hash[$0])  {insert-only; columns=[id, price, seller, dateTime0]; time=dateTime0; unbounded}
              #8 FilterProject(project=[$0, $5, $3, $6])  {insert-only; columns=[id, price, seller, dateTime0]; time=dateTime0; unbounded}
                #9 Join(kind=inner, on=[id = auction], where=AND(($7 >= $1), ($7 <= $2)), kept=left until $2, right until $2, emit=on update)  {insert-only; columns=[id, dateTime, expires, seller, auction, price, dateTime0]; time=dateTime0; state=rows that may still find a partner, by event time; unbounded}
                  #10 Exchange(distribution=hash[$0])  {insert-only; columns=[id, dateTime, expires, seller, $watermark]; time=dateTime; unbounded}
                    #11 Scan(table=auction, connector=datagen, columns=[id, dateTime, expires, seller], watermark=($1 - 4000000))  {insert-only; columns=[id, dateTime, expires, seller, $watermark]; time=dateTime; unbounded}
                  #12 Exchange(distribution=hash[$0])  {insert-only; columns=[auction, price, dateTime, $watermark]; time=dateTime; unbounded}
                    #13 Scan(table=bid, connector=datagen, columns=[auction, price, dateTime], watermark=($2 - 4000000))  {insert-only; columns=[auction, price, dateTime, $watermark]; time=dateTime; unbounded}
