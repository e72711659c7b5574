SET 'batch.linger' = '5 ms';
====
SET 'time-zone' = 'Mars'; SELECT 1
----
error[SLU-1004]: setting 'time-zone' cannot take 'Mars'
hint: it takes a value such as 'Europe/Berlin'
====
SET 'state.memory' = 'lots'; SELECT 1
----
error[SLU-1004]: setting 'state.memory' cannot take 'lots'
hint: it takes a value such as '2 GiB'
====
SET 'state.memry' = '1 GiB'; SELECT 1
----
error[SLU-1003]: unknown setting 'state.memry'
hint: did you mean 'state.memory'?
====
SET 'parallelism' = '0'; SELECT 1
----
error[SLU-1004]: setting 'parallelism' cannot take '0'
hint: it takes a value such as '4'
====
SET 'batch.rows' = 'x'; SELECT 1
----
error[SLU-1004]: setting 'batch.rows' cannot take 'x'
hint: it takes a value such as '32768'
