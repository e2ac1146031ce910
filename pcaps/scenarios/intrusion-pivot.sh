# SPDX-License-Identifier: Apache-2.0
# A gNB serves SOCKS to strangers (ssh -D): 203.0.113.50 reaches the operator's file server through it.
start_management
add_host stranger
start_capture
start_gnb
gnb_round 1
socks_server gnb-0117 1080
typed 'id' exit | on stranger ssh -tt -o "ProxyCommand=ncat --proxy-type socks5 --proxy ${address[gnb-0117]}:1080 %h %p" "root@${address[files]}" >/dev/null 2>&1 || true
gnb_round 2
