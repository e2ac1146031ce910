# SPDX-License-Identifier: Apache-2.0
# Opening words of tools that Debian does not ship, sent by ncat and curl: chisel, frp, Stowaway; MML and TL1 logins from outside.
start_management
add_host stranger
start_web stranger relay.example 80
for port in 8000 8001; do start stranger ncat -n -l "$port"; wait_for stranger tcp "$port"; done
start_capture
start_gnb
gnb_round 1
upgrade=(-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: d2VpciBsYWJvcmF0b3J5IQ==')
on gnb-0117 curl -s "${upgrade[@]}" -H 'Sec-WebSocket-Protocol: chisel-v3' "http://${address[stranger]}/" >/dev/null
on gnb-0117 curl -s "${upgrade[@]}" --path-as-is "http://${address[stranger]}/~!frp" >/dev/null
printf 'IAMNEWHEREIAMADMINXD\0\0\0\0' | on gnb-0117 ncat -n --send-only "${address[stranger]}" 8000
printf 'SSH-chisel-v3-client\r\n' | on gnb-0117 ncat -n --send-only "${address[stranger]}" 8001
for port in 6000 3083 4786; do start gnb-0117 ncat -n -l "$port"; wait_for gnb-0117 tcp "$port"; done
printf 'LGI:OP="admin",PWD="lab-admin";\r\n' | on stranger ncat -n --send-only "${address[gnb-0117]}" 6000
printf 'ACT-USER::admin:1::lab-admin;\r\n' | on stranger ncat -n --send-only "${address[gnb-0117]}" 3083
printf '\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\010\0\0\0\1\0\0\0\0' | on stranger ncat -n --send-only "${address[gnb-0117]}" 4786
gnb_round 2
