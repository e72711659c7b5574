-- of the benchmark
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(filter=(MOD($0, 123) = 0), project=[$0, $1])  {insert-only; columns=[auction, price]; unbounded}
    #3 Scan(table=bid, connector=datagen, columns=[auction, price])  {insert-only; columns=[auction, price]; unbounded}
