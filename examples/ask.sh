#!/bin/sh
# Where does this caller go? Prints the destination.
#   ROUTING_URL=http://127.0.0.1:8000 ROUTING_ACCOUNT=CL0000 ROUTING_TOKEN=aig_... sh ask.sh NUMBER [CODE]
# Exit status: 0 known; 4 unknown, ask the caller for a code; 1 no answer, use a destination of your own.
set -u

# The token goes in through standard input: a command line can be read by everybody on the machine.
answer=$(
  printf 'header = "Authorization: Bearer %s"\n' "$ROUTING_TOKEN" |
    curl --config - --silent --get --max-time 2 --write-out '\n%{http_code}' \
      --data-urlencode "customerAccount=$ROUTING_ACCOUNT" \
      --data-urlencode "number=$1" ${2:+--data-urlencode "code=$2"} \
      --data-urlencode "unknown=404" --data-urlencode "format=raw" \
      "$ROUTING_URL/api/v2/route"
) || exit 1

case $answer in
  *200) printf '%s\n' "${answer%????}" ;;
  *404) exit 4 ;;
  *) exit 1 ;;
esac
