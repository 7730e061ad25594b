#!/usr/bin/env bash
# Makes the released model, and the fold models that its figures come from, out of the decoded corpora alone, and
# evaluates them: scripts/retrain.sh [RUNS]. Needs CORPORA_DIR. A run that was stopped is gone on with.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-training/runs}
model=affect-cnn-2
settings=(--settings "training/settings/$model.json")
train=(npm run --silent train -- "${settings[@]}")
quantize=(npm run --silent quantize --)
evaluate=(npm run --silent evaluate --)
: "${CORPORA_DIR:?say where the decoded corpora lie}"

# quantize_folds PROTOCOL: a fold's temperature comes from the clips that the other folds' networks have not heard. The float
# weights are kept for the protocol that is compared in float, too.
quantize_folds() {
  local protocol=$1 folder fold other held_out float
  for folder in "$runs/$protocol"/fold-*; do
    fold=$(basename "$folder")
    held_out=()
    for other in "$runs/$protocol"/fold-*; do
      [[ $other == "$folder" ]] || held_out+=(--held-out "$other")
    done
    float=()
    [[ $protocol != ravdess-emobox6 ]] || float=(--float "training/artefacts/$protocol/$fold.float.bin")
    "${quantize[@]}" --run "$folder" "${held_out[@]}" "${float[@]}" --out "training/artefacts/$protocol/$fold"
  done
}

"${train[@]}" --protocol ravdess-emobox6 --folds all --epochs 80 --variants 6 --out "$runs/ravdess-emobox6"
"${train[@]}" --protocol released --epochs 40 --variants 4 --balance 0.75 --out "$runs/released"
"${train[@]}" --protocol ravdess-random5 --folds all --epochs 60 --variants 6 --out "$runs/ravdess-random5"
"${train[@]}" --protocol emodb-loso10 --folds all --epochs 60 --variants 4 --bored --out "$runs/emodb-loso10"

for protocol in ravdess-emobox6 ravdess-random5 emodb-loso10; do
  quantize_folds "$protocol"
done
# The released model's temperature comes from the clips that the folds' networks have not heard.
held_out=()
for folder in "$runs"/ravdess-emobox6/fold-*; do
  held_out+=(--held-out "$folder")
done
"${quantize[@]}" --run "$runs/released" "${held_out[@]}" --out models/quantized/$model --forms

# evaluate_folds PROTOCOL REPORT [OPTION…]
evaluate_folds() {
  local protocol=$1 report=$2
  shift 2
  "${evaluate[@]}" --protocol "$protocol" --artefacts "training/artefacts/$protocol" --out "docs/reports/$report" "$@"
}
evaluate_folds ravdess-emobox6 ravdess-emobox6
evaluate_folds ravdess-emobox6 ravdess-emobox6-warm --warm 20 --warm-seeds 1
evaluate_folds ravdess-emobox6 ravdess-emobox6-noise --every 3 --noise --noise-kinds unheard,white,babble
evaluate_folds ravdess-random5 ravdess-random5
evaluate_folds emodb-loso10 emodb-loso10
"${evaluate[@]}" --artefact models/quantized/$model --protocol released --out docs/reports/$model-released
npm run --silent compare -- --epochs 20 --set batchSize=32 --runs "$runs/compare" --out docs/reports/architectures
