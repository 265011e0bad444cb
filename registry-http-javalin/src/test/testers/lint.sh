#!/bin/sh
# Lets Redocly read the OpenAPI document for what is wrong or missing in it. Wants npm.
set -eu
module=$(cd "$(dirname "$0")/../../.." && pwd)
exec npx --yes @redocly/cli@"${REDOCLY_VERSION:-2.73.0}" lint \
  "$module/src/main/resources/dev/runregistry/http/openapi.json"
