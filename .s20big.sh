N=$1; M=$2; MODE=$3; SRV=${4:-bench/servers/push-server.ts}; shift 4
node $SRV --n $N "$@" > /tmp/s20-srv & p=$!
for i in $(seq 100); do grep -q xds /tmp/s20-srv && break; sleep 0.1; done
X=$(sed 's/.*"xds":"\([^"]*\)".*/\1/' /tmp/s20-srv); C=$(sed 's/.*"control":"\([^"]*\)".*/\1/' /tmp/s20-srv)
grep -E 'VmRSS' /proc/$p/status
(for i in 1 2 3; do sleep 3; echo push; done) | timeout 300 .tools/bench/xds-swarm -stepped -target $X -bump-url $C/bump -m $M -mode $MODE -rounds 3 -settle 400ms -timeout 200s | python3 -c "
import sys,json
for l in sys.stdin:
    r=json.loads(l); print(r['round'], r['clients_got'], r['converged'], r['timed_out'], r['all_acked_ms'], r['wire_in_bytes'])
" &
sw=$!
wait $sw
grep -E 'VmRSS|VmHWM' /proc/$p/status; cat /proc/$p/stat | awk '{print "cpu", $14+$15}'
kill $p
