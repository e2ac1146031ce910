# SPDX-License-Identifier: Apache-2.0
# A gNB reaches a foreign SSH server inside ICMP echoes (ptunnel on both ends).
start_management
add_host stranger
start_sshd stranger
start stranger ptunnel
start_capture
start_gnb
gnb_round 1
start gnb-0117 ptunnel -p "${address[stranger]}" -lp 8022 -da 127.0.0.1 -dp 22
wait_for gnb-0117 tcp 8022
typed 'id' exit | on gnb-0117 timeout 30 ssh -tt -p 8022 root@127.0.0.1 >/dev/null 2>&1 || true
gnb_round 2
