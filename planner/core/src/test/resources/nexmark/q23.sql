SELECT B.auction, B.price, A.itemName, A.category, S.name AS seller, P.name AS bidder
FROM bid AS B
JOIN auction AS A ON B.auction = A.id
JOIN person AS S ON A.seller = S.id
JOIN person AS P ON B.bidder = P.id
