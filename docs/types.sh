#!/bin/sh
# Writes the types for TypeScript (serving/api/riskwarn.d.ts) from the description of the API; needs Node and npm. `make types`.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python}" - "$folder/openapi.json" <<'PYTHON'
import json, sys, tempfile
from pathlib import Path
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.api.app import create_app
with tempfile.TemporaryDirectory() as home:
    described = create_app(make_home(Path(home) / "home", Settings())).openapi()
Path(sys.argv[1]).write_text(json.dumps(described), encoding="utf-8")
PYTHON
echo '{"private": true}' > "$folder/package.json"
(cd "$folder" && npm install --silent --no-audit --no-fund openapi-typescript@7.13.0 typescript@5.9.3)
"$folder/node_modules/.bin/openapi-typescript" "$folder/openapi.json" -o serving/api/riskwarn.d.ts
# The quick tests have no Node: they compare this line with the description that they make themselves.
echo "// sha256 of the description: $(sha256sum "$folder/openapi.json" | cut -d ' ' -f 1)" >> serving/api/riskwarn.d.ts
