#!/usr/bin/env bash
# Nexmark side by side. Builds what is needed, writes the data once, prints and keeps a report in benchmarks/target/results.
#   benchmarks/run.sh --events 10000000 --rounds 3 --cells tc-parquet,tc-ndjson,hop-parquet --cold-start --memory
#   --cells nexmark                 every query of benchmarks/nexmark/sql
#   --kafka                         the count over a Kafka topic beside a loop that only polls it
#   --latency                       from topic to topic at 50,000 rows a second
#   --load                          a file into databases beside their own bulk load
#   --scaling                       one core and two; more keys and more rows, beside DuckDB
#   --engines sluice,flink,flink-reuse,duckdb   a subset;   --generate   only write the data
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
mvn -q -B -ntp -Dquick -Pbenchmarks -pl benchmarks/flink,benchmarks/nexmark -am process-classes >&2
case " $* " in
  *" --generate "*) ;;
  *" --engines "*sluice* | *" --cold-start "* | *" --memory "* | *" --scaling "*) ./sluice --version >&2 ;;
  *" --engines "*) ;;
  *) ./sluice --version >&2 ;;
esac
exec java -Dsluice.root="$root" -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
  -cp "benchmarks/nexmark/target/classes:$(cat benchmarks/nexmark/target/classpath.txt)" \
  dev.sluice.benchmark.Benchmarks "$@"
