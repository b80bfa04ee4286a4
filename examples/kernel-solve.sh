#!/bin/sh
# Kernel, solution, report, on the command line: handwritten digits at two depths, both from one pass.
#   sh examples/kernel-solve.sh FOLDER [IMAGES]
# Runs the command of this checkout; CNTK=cntk takes the installed one.
set -eu
folder=${1:?name a folder for the results}
here=$(dirname "$0")
CNTK=${CNTK:-node $here/../dist/src/cli.js}
data=$folder/data
kernels=$folder/kernels

node "$here/digits.mjs" "$data" "${2:-200}"
$CNTK kernel --images "$data/x.npy" --test "$data/x-test.npy" --depth 3,5 --readout gap --out "$kernels" --quiet
for depth in 3 5; do
  name=ntk-gap-d$depth-hidden
  $CNTK solve --kernel "$kernels/$name.npy" --labels "$data/y.npy" --ridge auto \
    --test-kernel "$kernels/test-$name.npy" --test-labels "$data/y-test.npy" --out "$folder/depth-$depth" \
    --quiet >/dev/null
  node -e 'const { accuracy } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    console.log(process.argv[1], (100 * accuracy).toFixed(1), "percent right")' "$folder/depth-$depth/report.json"
done
