SELECT auction, bidder, 0.908 * price AS price,
  CASE
    WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime'
    WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime'
    ELSE 'otherTime'
  END AS bidTimeType,
  `dateTime`, extra, CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', '')) AS c_counts
FROM bid
WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(filter=AND(((0.908 * $2) > 1000000.000), ((0.908 * $2) < 50000000.000)), project=[$0, $1, (0.908 * $2), CASE WHEN AND((EXTRACT('HOUR', $3) >= 8), (EXTRACT('HOUR', $3) <= 18)) THEN 'dayTime' WHEN OR((EXTRACT('HOUR', $3) <= 6), (EXTRACT('HOUR', $3) >= 20)) THEN 'nightTime' ELSE 'otherTime' END, $3, $4, (CHAR_LENGTH($4) - CHAR_LENGTH(REPLACE($4, 'c', '')))])  {insert-only; columns=[auction, bidder, price, bidTimeType, dateTime, extra, c_counts]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, dateTime, extra])  {insert-only; columns=[auction, bidder, price, dateTime, extra]; unbounded}
