SELECT auction, bidder, price, channel,
  CASE LOWER(channel)
    WHEN 'apple' THEN '0'
    WHEN 'google' THEN '1'
    WHEN 'facebook' THEN '2'
    WHEN 'baidu' THEN '3'
    ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2)
  END AS channel_id
FROM bid
WHERE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) IS NOT NULL
  OR LOWER(channel) IN ('apple', 'google', 'facebook', 'baidu')
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(filter=OR(IS NOT NULL(REGEXP_EXTRACT($4, '(&|^)channel_id=([^&]*)', 2)), (LOWER($3) = 'apple'), (LOWER($3) = 'google'), (LOWER($3) = 'facebook'), (LOWER($3) = 'baidu')), project=[$0, $1, $2, $3, CASE WHEN (LOWER($3) = 'apple') THEN '0' WHEN (LOWER($3) = 'google') THEN '1' WHEN (LOWER($3) = 'facebook') THEN '2' WHEN (LOWER($3) = 'baidu') THEN '3' ELSE REGEXP_EXTRACT($4, '(&|^)channel_id=([^&]*)', 2) END])  {insert-only; columns=[auction, bidder, price, channel, channel_id]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, bidder, price, channel, url])  {insert-only; columns=[auction, bidder, price, channel, url]; unbounded}
