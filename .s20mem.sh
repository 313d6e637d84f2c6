N=$1; M=$2; MODE=$3
node --expose-gc $FL .s20srv.ts --n $N > /tmp/s20-srv & p=$!
for i in $(seq 100); do grep -q xds /tmp/s20-srv && break; sleep 0.1; done
X=$(sed 's/.*"xds":"\([^"]*\)".*/\1/' /tmp/s20-srv); C=$(sed 's/.*"control":"\([^"]*\)".*/\1/' /tmp/s20-srv)
kill -USR2 $p; sleep 1
(sleep 12; echo push; sleep 5) | timeout 300 .tools/bench/xds-swarm -stepped -target $X -bump-url $C/bump -m $M -mode $MODE -rounds 2 -settle 400ms -timeout 200s > /dev/null &
sleep 9; kill -USR2 $p; sleep 2; [ -n "$SNAP" ] && sleep 20; grep -E 'VmRSS|VmHWM' /proc/$p/status | tr '\n' ' ' ; wait %2 2>/dev/null; kill $p
