#!/usr/bin/env bash
# Returns to the release that ran before: sudo /opt/affectd/current/scripts/deploy/rollback.sh [VERSION]
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  cat <<'END'
Usage: sudo rollback.sh [VERSION]

Returns to the release of affectd that ran before, or to VERSION; release.sh list says which are there. If it is not
healthy, the present one runs again. Configuration and what was learnt stay; a release that cannot read them refuses to
start, and so is not kept.
END
  exit
fi
exec bash "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/release.sh" rollback "$@"
