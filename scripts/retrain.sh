#!/usr/bin/env bash
# Makes the released model and the six fold models that its figures come from, out of the decoded corpora alone, and
# evaluates them: scripts/retrain.sh [RUNS]. Needs CORPORA_DIR. A run that was stopped is gone on with.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-training/runs}
model=affect-cnn-2
protocol=ravdess-emobox6
settings=(--settings "training/settings/$model.json")
: "${CORPORA_DIR:?say where the decoded corpora lie}"

npm run --silent train -- --protocol $protocol --folds all --epochs 44 --variants 6 "${settings[@]}" --out "$runs/$protocol"
npm run --silent train -- --protocol released --epochs 10 --variants 3 --balance 0.5 "${settings[@]}" --out "$runs/released"

# A fold's temperature comes from the clips that the other folds' networks have not heard.
for fold in 1 2 3 4 5 6; do
  held_out=()
  for other in 1 2 3 4 5 6; do
    [[ $other == "$fold" ]] || held_out+=(--held-out "$runs/$protocol/fold-$other")
  done
  npm run --silent quantize -- --run "$runs/$protocol/fold-$fold" "${held_out[@]}" \
    --out training/artefacts/$protocol/fold-$fold --float training/artefacts/$protocol/fold-$fold.float.bin
done
npm run --silent quantize -- --run "$runs/released" "${held_out[@]}" --held-out "$runs/$protocol/fold-6" \
  --out models/quantized/$model --forms

evaluate=(npm run --silent evaluate --)
folds=(--protocol "$protocol" --artefacts "training/artefacts/$protocol")
"${evaluate[@]}" "${folds[@]}" --out docs/reports/$protocol
"${evaluate[@]}" "${folds[@]}" --warm 20 --warm-seeds 1 --out docs/reports/$protocol-warm
"${evaluate[@]}" "${folds[@]}" --every 3 --noise --noise-kinds unheard,white,babble --out docs/reports/$protocol-noise
"${evaluate[@]}" --artefact models/quantized/$model --protocol released --out docs/reports/$model-released
