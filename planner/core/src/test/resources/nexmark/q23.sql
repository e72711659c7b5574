SELECT B.auction, B.price, A.itemName, A.category, S.name AS seller, P.name AS bidder
FROM bid AS B
JOIN auction AS A ON B.auction = A.id
JOIN person AS S ON A.seller = S.id
JOIN person AS P ON B.bidder = P.id
----
#1 Sink(table=result, connector=sluice-result)  {insert-only; unbounded}
  #2 FilterProject(project=[$0, $1, $2, $3, $4, $5])  {insert-only; columns=[auction, price, itemName, category, seller, bidder]; unbounded}
    #3 Join(kind=inner, on=[bidder = id], emit=on update)  {insert-only; columns=[auction, price, itemName, category, name, name0]; state=UNBOUNDED: rows of both inputs, never freed; SET 'state.ttl' forgets them; unbounded}
      #4 Exchange(distribution=hash[$1])  {insert-only; columns=[auction, bidder, price, itemName, category, name]; state=UNBOUNDED: rows of both inputs, never freed; SET 'state.ttl' forgets them; unbounded}
        #5 Join(kind=inner, on=[seller = id], emit=on update)  {insert-only; columns=[auction, bidder, price, itemName, category, name]; state=UNBOUNDED: rows of both inputs, never freed; SET 'state.ttl' forgets them; unbounded}
          #6 Exchange(distribution=hash[$4])  {insert-only; columns=[auction, bidder, price, itemName, seller, category]; state=UNBOUNDED: rows of both inputs, never freed; SET 'state.ttl' forgets them; unbounded}
            #7 Join(kind=inner, on=[auction = id], emit=on update)  {insert-only; columns=[auction, bidder, price, itemName, seller, category]; state=UNBOUNDED: rows of both inputs, never freed; SET 'state.ttl' forgets them; unbounded}
              #8 Exchange(distribution=hash[$0])  {insert-only; columns=[auction, bidder, price]; unbounded}
                #9 Scan(table=bid, connector=datagen, columns=[auction, bidder, price])  {insert-only; columns=[auction, bidder, price]; unbounded}
              #10 Exchange(distribution=hash[$0])  {insert-only; columns=[id, itemName, seller, category]; unbounded}
                #11 Scan(table=auction, connector=datagen, columns=[id, itemName, seller, category])  {insert-only; columns=[id, itemName, seller, category]; unbounded}
          #12 Exchange(distribution=hash[$0])  {insert-only; columns=[id, name]; unbounded}
            #13 Scan(table=person, connector=datagen, columns=[id, name])  {insert-only; columns=[id, name]; unbounded}
      #12 Exchange (shared, see above)
