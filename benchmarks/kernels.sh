#!/usr/bin/env bash
# The innermost loops by JMH; arguments are JMH's own, for instance a part of a benchmark's name, or -h.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
mvn -q -B -ntp -Dquick -Pbenchmarks -pl benchmarks/kernels -am process-classes >&2
exec java -cp "benchmarks/kernels/target/classes:$(cat benchmarks/kernels/target/classpath.txt)" org.openjdk.jmh.Main "$@"
